//! A graph as an indented tree, the result first.

use crate::autograd::graph::{Graph, Kind};
use crate::shape::show;

pub(super) fn tree(graph: &Graph) -> String {
    let mut uses = vec![0; graph.entries.len()];
    for &input in graph.entries.iter().flat_map(|entry| &entry.inputs) {
        uses[input] += 1;
    }
    let mut tree = Tree {
        graph,
        uses,
        numbers: vec![None; graph.entries.len()],
        next: 1,
        out: String::new(),
    };
    tree.write(0, "", "");
    if let Some(rest) = graph.rest() {
        tree.out.push_str(&rest);
    }
    tree.out.trim_end().to_owned()
}

struct Tree<'a> {
    graph: &'a Graph,
    uses: Vec<usize>,
    /// The number of each shared node that was written.
    numbers: Vec<Option<usize>>,
    next: usize,
    out: String,
}

impl Tree<'_> {
    /// Writes a node and what it was computed from; no deeper than there are nodes shown.
    fn write(&mut self, place: usize, branch: &str, indent: &str) {
        let entry = &self.graph.entries[place];
        self.out.push_str(branch);
        if let Some(number) = self.numbers[place] {
            self.out
                .push_str(&format!("#{number} {}, above\n", entry.title()));
            return;
        }
        self.out
            .push_str(&format!("{} {}", entry.title(), show(&entry.shape)));
        if entry.kind == Kind::Freed {
            self.out.push_str(" freed by backward");
        }
        if self.uses[place] > 1 {
            self.numbers[place] = Some(self.next);
            self.out.push_str(&format!(" #{}", self.next));
            self.next += 1;
        }
        self.out.push('\n');
        let count = entry.inputs.len() + usize::from(entry.is_cut);
        for (i, &input) in entry.inputs.iter().enumerate() {
            let (branch, below) = if i + 1 < count {
                ("├─ ", "│  ")
            } else {
                ("└─ ", "   ")
            };
            self.write(
                input,
                &format!("{indent}{branch}"),
                &format!("{indent}{below}"),
            );
        }
        if entry.is_cut {
            self.out.push_str(&format!("{indent}└─ ...\n"));
        }
    }
}
