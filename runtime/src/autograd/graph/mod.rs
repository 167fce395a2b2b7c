//! The recorded graph as something to look at: a tree of text and a picture.

mod layout;
mod svg;
mod text;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use crate::autograd::node::{Node, lock};
use crate::display::{MimeBundle, Rich};
use crate::error::Error;
use crate::shape::{Dims, show};
use crate::tensor::Tensor;

/// Nodes that are shown; a picture of more can't be read.
const SHOWN: usize = 200;

/// The graph that a tensor was computed by, as it was when [`Tensor::graph`] was called.
///
/// As text it is a tree from the result to the leaves; a notebook draws it from the leaves down to
/// the result. Tensors that ask for no gradient are not part of a graph. Of a large graph the 200
/// nodes that were computed last are shown.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = tensor([[1.0], [2.0]]).requires_grad().named("w");
/// let b = zeros(&[1]).requires_grad().named("b");
/// let x = tensor([[3.0, 4.0]]);
/// let loss = (x.matmul(&w) + &b).square().mean();
/// assert_eq!(
///     loss.graph().to_string(),
///     "mean []\n\
///      └─ square [1, 1]\n\
///      \u{20}  └─ add [1, 1]\n\
///      \u{20}     ├─ matmul [1, 1]\n\
///      \u{20}     │  └─ w [2, 1]\n\
///      \u{20}     └─ b [1]"
/// );
/// ```
#[derive(Clone)]
pub struct Graph {
    /// From the result on; inputs come after what is computed from them.
    entries: Vec<Entry>,
    hidden: usize,
}

/// A node of the graph.
#[derive(Clone)]
struct Entry {
    name: &'static str,
    label: Option<String>,
    shape: Dims,
    kind: Kind,
    /// Places in [`Graph::entries`], one for each use.
    inputs: Vec<usize>,
    /// Whether some inputs are not shown.
    is_cut: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Leaf,
    Computed,
    /// `backward` went through it, and forgot its inputs.
    Freed,
}

impl Entry {
    /// `loss = mean`, `w`, or `mean`.
    fn title(&self) -> String {
        match (&self.label, self.kind) {
            (Some(label), Kind::Leaf) => label.clone(),
            (Some(label), _) => format!("{label} = {}", self.name),
            (None, _) => self.name.to_owned(),
        }
    }
}

/// The inputs of a node that are in the graph, with their shapes; newest first where sorted.
fn parents(node: &Node) -> (Kind, Vec<(Arc<Node>, Dims)>) {
    match &*lock(&node.record) {
        None if node.is_leaf() => (Kind::Leaf, Vec::new()),
        None => (Kind::Freed, Vec::new()),
        Some(record) => {
            let all = record.parents.iter().enumerate();
            let inputs = all.filter_map(|(i, parent)| {
                let parent = parent.as_ref()?;
                Some((parent.clone(), Dims::from_slice(record.saved.shape(i))))
            });
            (Kind::Computed, inputs.collect())
        }
    }
}

impl Graph {
    fn new(root: Arc<Node>, shape: Dims) -> Graph {
        // Numbers grow as nodes are made, so the largest one waiting has no consumer left.
        let mut waiting = BTreeMap::from([(root.id, (root, shape))]);
        let mut entries: Vec<Entry> = Vec::new();
        let mut uses: Vec<Vec<u64>> = Vec::new();
        let mut ids: Vec<u64> = Vec::new();
        while let Some((id, (node, shape))) = waiting.pop_last() {
            let (kind, inputs) = parents(&node);
            let label = node
                .has_extras()
                .and_then(|extras| lock(&extras.label).clone());
            entries.push(Entry {
                name: node.name,
                label,
                shape,
                kind,
                inputs: Vec::new(),
                is_cut: false,
            });
            uses.push(inputs.iter().map(|(input, _)| input.id).collect());
            ids.push(id);
            waiting.extend(
                inputs
                    .into_iter()
                    .map(|(input, shape)| (input.id, (input, shape))),
            );
            if entries.len() == SHOWN {
                break;
            }
        }
        for (entry, uses) in entries.iter_mut().zip(&uses) {
            // From the largest down, as they were visited.
            let place = |id: &u64| ids.binary_search_by(|other| id.cmp(other)).ok();
            entry.inputs = uses.iter().filter_map(place).collect();
            entry.is_cut = entry.inputs.len() < uses.len();
        }
        let rest = waiting.into_values().map(|(node, _)| node).collect();
        Graph {
            entries,
            hidden: count(rest),
        }
    }

    /// How many nodes the graph has: leaves and results of ops.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0]).requires_grad();
    /// assert_eq!((&x * &x).sum().graph().len(), 3);
    /// ```
    pub fn len(&self) -> usize {
        self.entries.len() + self.hidden
    }

    /// Never: the result itself is a node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The picture as SVG.
    pub fn to_svg(&self) -> String {
        svg::draw(self)
    }

    /// What stands below a graph that is not shown whole.
    fn rest(&self) -> Option<String> {
        (self.hidden > 0).then(|| format!("and {} nodes before these", self.hidden))
    }
}

/// How many nodes these and everything before them are.
fn count(mut waiting: Vec<Arc<Node>>) -> usize {
    let mut seen: HashSet<u64> = waiting.iter().map(|node| node.id).collect();
    while let Some(node) = waiting.pop() {
        for (input, _) in parents(&node).1 {
            if seen.insert(input.id) {
                waiting.push(input);
            }
        }
    }
    seen.len()
}

impl Tensor {
    /// The graph that this tensor was computed by: printed as a tree, drawn in a notebook.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// let y = x.exp();
    /// assert_eq!(
    ///     (&y + &y.sin()).graph().to_string(),
    ///     "add [2]\n\
    ///      ├─ exp [2] #1\n\
    ///      │  └─ leaf [2]\n\
    ///      └─ sin [2]\n\
    ///      \u{20}  └─ #1 exp, above"
    /// );
    /// ```
    #[track_caller]
    pub fn graph(&self) -> Graph {
        let Some(node) = &self.0.node else {
            Error::new(
                "graph",
                format!(
                    "the tensor of shape {} does not depend on one with requires_grad(), so nothing \
                     was recorded",
                    show(self.shape())
                ),
            )
            .help("make the leaf with requires_grad(), and compute outside of no_grad")
            .raise()
        };
        Graph::new(node.clone(), self.0.layout.shape.clone())
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::tree(self))
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Rich for Graph {
    fn mime_bundle(&self) -> MimeBundle {
        MimeBundle::text(self.to_string()).svg(self.to_svg())
    }
}

crate::display::rich_result!(Graph);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_value_used_twice_is_one_node() {
        let x = tensor([1.0]).requires_grad().named("x");
        let y = (&x * &x).named("y");
        assert_eq!(
            y.graph().to_string(),
            "y = mul [1]\n├─ x [1] #1\n└─ #1 x, above"
        );
        assert_eq!(y.graph().len(), 2);
    }

    #[test]
    fn what_backward_freed_is_said() {
        let x = tensor([1.0]).requires_grad();
        let y = x.exp().sum();
        y.backward();
        assert_eq!(y.graph().to_string(), "sum [] freed by backward");
        assert_eq!(x.graph().to_string(), "leaf [1]");
    }

    #[test]
    fn large_graphs_are_cut() {
        let x = tensor([1.0]).requires_grad();
        let mut y = x.clone();
        for _ in 0..100_000 {
            y = -y;
        }
        let graph = (&y + &x).graph();
        assert_eq!(graph.len(), 100_002);
        let text = graph.to_string();
        // 200 nodes, the two whose inputs are cut off, and the count of the rest.
        assert_eq!(text.lines().count(), 203, "{text}");
        assert!(text.ends_with("\nand 99802 nodes before these"), "{text}");
        assert!(graph.to_svg().contains("and 99802 nodes before these"));
    }

    #[test]
    #[should_panic(
        expected = "graph: the tensor of shape [1] does not depend on one with requires_grad()"
    )]
    fn a_constant_has_no_graph() {
        tensor([1.0]).graph();
    }
}
