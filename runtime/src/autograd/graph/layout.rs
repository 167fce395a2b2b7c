//! Where the boxes and arrows of a graph go: layers, an order in each, and places (Sugiyama,
//! Tagawa and Toda, 1981).

use std::collections::BTreeMap;

use crate::autograd::graph::Graph;

/// Free room between two boxes of a layer, and beside an edge that passes one.
const GAP: f64 = 18.0;
const ORDER_SWEEPS: usize = 12;
const PLACE_SWEEPS: usize = 24;

/// A box, or the place where a long edge passes a layer.
pub(super) struct Item {
    pub(super) is_box: bool,
    /// 0 is the lowest, the result's.
    pub(super) layer: usize,
    pub(super) width: f64,
    /// The centre.
    pub(super) x: f64,
}

pub(super) struct Layout {
    pub(super) items: Vec<Item>,
    /// From an item to one in the layer below.
    pub(super) edges: Vec<(usize, usize)>,
    pub(super) layers: usize,
    pub(super) width: f64,
}

impl Layout {
    pub(super) fn new(graph: &Graph, widths: &[f64]) -> Layout {
        let layer_of = layers(graph);
        let mut layout = Layout {
            items: Vec::new(),
            edges: Vec::new(),
            layers: layer_of.iter().max().map_or(0, |top| top + 1),
            width: 0.0,
        };
        // The boxes come first, each at its node's place.
        for (&layer, &width) in layer_of.iter().zip(widths) {
            layout.items.push(Item {
                is_box: true,
                layer,
                width,
                x: 0.0,
            });
        }
        layout.add_edges(graph, &layer_of);
        let mut rows = layout.first_order();
        layout.reorder(&mut rows);
        layout.place(&rows);
        layout
    }

    /// Every use of a node becomes edges from layer to layer. All uses of one node share the
    /// places where they pass a layer, so that they run as one line.
    fn add_edges(&mut self, graph: &Graph, layer_of: &[usize]) {
        let mut passes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (user, entry) in graph.entries.iter().enumerate() {
            for &input in &entry.inputs {
                let mut below = user;
                let mut is_joined = false;
                for layer in layer_of[user] + 1..layer_of[input] {
                    let next = self.items.len();
                    let pass = *passes.entry((input, layer)).or_insert(next);
                    self.edges.push((pass, below));
                    below = pass;
                    if pass < next {
                        is_joined = true;
                        break;
                    }
                    self.items.push(Item {
                        is_box: false,
                        layer,
                        width: 0.0,
                        x: 0.0,
                    });
                }
                if !is_joined {
                    self.edges.push((input, below));
                }
            }
        }
    }

    /// The items of each layer, in the order in which a walk from the result meets them.
    fn first_order(&self) -> Vec<Vec<usize>> {
        let above = self.neighbours(|(from, to)| (to, from));
        let mut rows = vec![Vec::new(); self.layers];
        let mut seen = vec![false; self.items.len()];
        let mut waiting = vec![0];
        while let Some(item) = waiting.pop() {
            if std::mem::replace(&mut seen[item], true) {
                continue;
            }
            rows[self.items[item].layer].push(item);
            waiting.extend(above[item].iter().rev());
        }
        rows
    }

    fn neighbours(&self, turn: fn((usize, usize)) -> (usize, usize)) -> Vec<Vec<usize>> {
        let mut lists = vec![Vec::new(); self.items.len()];
        for &edge in &self.edges {
            let (of, neighbour) = turn(edge);
            lists[of].push(neighbour);
        }
        lists
    }

    /// Sorts each layer by the mean place of its neighbours, up and down in turn, and keeps the
    /// order in which the fewest edges cross.
    fn reorder(&self, rows: &mut Vec<Vec<usize>>) {
        let above = self.neighbours(|(from, to)| (to, from));
        let below = self.neighbours(|edge| edge);
        let mut best = (self.crossings(rows), rows.clone());
        for sweep in 0..ORDER_SWEEPS {
            let upwards = sweep % 2 == 0;
            let layers: Vec<usize> = if upwards {
                (1..self.layers).collect()
            } else {
                (0..self.layers.saturating_sub(1)).rev().collect()
            };
            let mut position = self.positions(rows);
            for layer in layers {
                let mean = |item: usize| {
                    let list = if upwards { &below[item] } else { &above[item] };
                    let sum: usize = list.iter().map(|&other| position[other]).sum();
                    // One without neighbours stays where it is.
                    if list.is_empty() {
                        position[item] as f64
                    } else {
                        sum as f64 / list.len() as f64
                    }
                };
                let mut keyed: Vec<(f64, usize)> =
                    rows[layer].iter().map(|&item| (mean(item), item)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                rows[layer] = keyed.into_iter().map(|(_, item)| item).collect();
                rows[layer]
                    .iter()
                    .enumerate()
                    .for_each(|(i, &item)| position[item] = i);
            }
            let crossings = self.crossings(rows);
            if crossings < best.0 {
                best = (crossings, rows.clone());
            }
        }
        *rows = best.1;
    }

    fn positions(&self, rows: &[Vec<usize>]) -> Vec<usize> {
        let mut position = vec![0; self.items.len()];
        for row in rows {
            row.iter()
                .enumerate()
                .for_each(|(i, &item)| position[item] = i);
        }
        position
    }

    fn crossings(&self, rows: &[Vec<usize>]) -> usize {
        let position = self.positions(rows);
        let mut by_layer = vec![Vec::new(); self.layers];
        for &(from, to) in &self.edges {
            by_layer[self.items[to].layer].push((position[from], position[to]));
        }
        let cross = |edges: &Vec<(usize, usize)>| -> usize {
            let pairs = |i: usize| {
                let (a, b) = edges[i];
                edges[i + 1..]
                    .iter()
                    .filter(|&&(c, d)| (a < c && b > d) || (a > c && b < d))
                    .count()
            };
            (0..edges.len()).map(pairs).sum()
        };
        by_layer.iter().map(cross).sum()
    }

    /// Moves every item as near to the mean of its neighbours as the order and the gaps allow.
    fn place(&mut self, rows: &[Vec<usize>]) {
        let above = self.neighbours(|(from, to)| (to, from));
        let below = self.neighbours(|edge| edge);
        for row in rows {
            let mut right = 0.0;
            for &item in row {
                self.items[item].x = right + self.items[item].width / 2.0;
                right += self.items[item].width + GAP;
            }
        }
        for sweep in 0..PLACE_SWEEPS {
            for step in 0..rows.len() {
                let upwards = sweep % 2 == 0;
                let row = &rows[if upwards { step } else { rows.len() - 1 - step }];
                let wish = |&item: &usize| {
                    let one_side = if upwards { &below[item] } else { &above[item] };
                    // The last sweeps weigh both sides.
                    let both = sweep + 4 >= PLACE_SWEEPS || one_side.is_empty();
                    let lists = if both {
                        [&below[item], &above[item]]
                    } else {
                        [one_side, &EMPTY]
                    };
                    let count = lists[0].len() + lists[1].len();
                    let sum: f64 = lists
                        .into_iter()
                        .flatten()
                        .map(|&other| self.items[other].x)
                        .sum();
                    if count == 0 {
                        self.items[item].x
                    } else {
                        sum / count as f64
                    }
                };
                let wishes: Vec<f64> = row.iter().map(wish).collect();
                let halves: Vec<f64> = row
                    .iter()
                    .map(|&item| self.items[item].width / 2.0)
                    .collect();
                for (&item, x) in row.iter().zip(spaced(&wishes, &halves)) {
                    self.items[item].x = x;
                }
            }
        }
        let left = |item: &Item| item.x - item.width / 2.0;
        let start = self.items.iter().map(left).fold(f64::INFINITY, f64::min);
        self.items.iter_mut().for_each(|item| item.x -= start);
        let right = |item: &Item| item.x + item.width / 2.0;
        self.width = self.items.iter().map(right).fold(0.0, f64::max);
    }
}

static EMPTY: Vec<usize> = Vec::new();

/// The layer of each node: one above the highest node computed from it.
fn layers(graph: &Graph) -> Vec<usize> {
    let mut layer = vec![0; graph.entries.len()];
    for (user, entry) in graph.entries.iter().enumerate() {
        for &input in &entry.inputs {
            layer[input] = layer[input].max(layer[user] + 1);
        }
    }
    layer
}

/// The places nearest to the wished ones (least squares) that keep the order and the gaps.
///
/// With the room that an item's left neighbours need taken off, the places must not fall: this is
/// isotonic regression, solved by merging neighbours that violate it.
fn spaced(wishes: &[f64], halves: &[f64]) -> Vec<f64> {
    let mut room = Vec::with_capacity(wishes.len());
    let mut needed = 0.0;
    for (i, half) in halves.iter().enumerate() {
        if i > 0 {
            needed += halves[i - 1] + GAP + half;
        }
        room.push(needed);
    }
    // Blocks of (sum, count) with rising means.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (wish, room) in wishes.iter().zip(&room) {
        let mut block = (wish - room, 1);
        while let Some(&(sum, count)) = blocks.last() {
            if sum / count as f64 <= block.0 / block.1 as f64 {
                break;
            }
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let means = blocks
        .iter()
        .flat_map(|&(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    means.zip(&room).map(|(mean, room)| mean + room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn places_keep_order_and_gaps() {
        assert_eq!(spaced(&[5.0, 100.0], &[10.0, 10.0]), [5.0, 100.0]);
        let close = spaced(&[50.0, 50.0], &[10.0, 10.0]);
        assert_eq!(
            close,
            [50.0 - (20.0 + GAP) / 2.0, 50.0 + (20.0 + GAP) / 2.0]
        );
        assert!(spaced(&[], &[]).is_empty());
    }

    #[test]
    fn no_boxes_overlap_and_edges_go_down_one_layer() {
        manual_seed(3);
        let leaves: Vec<Tensor> = (0..4).map(|_| randn(&[2, 2]).requires_grad()).collect();
        let mut values = leaves.clone();
        // A tangle: each node uses two of those before it.
        for i in 0..60_usize {
            let pick = |k: usize| &values[(i * k + 3 * k + i / 2) % values.len()];
            values.push(pick(7) * pick(11));
        }
        let total = values.iter().fold(zeros(&[2, 2]), |sum, v| sum + v);
        let graph = total.graph();
        let widths = vec![80.0; graph.entries.len()];
        let layout = Layout::new(&graph, &widths);
        for &(from, to) in &layout.edges {
            assert_eq!(layout.items[from].layer, layout.items[to].layer + 1);
        }
        for (i, a) in layout.items.iter().enumerate() {
            assert!(a.x - a.width / 2.0 >= -1e-6 && a.x + a.width / 2.0 <= layout.width + 1e-6);
            for b in layout.items[..i].iter().filter(|b| b.layer == a.layer) {
                let apart = (a.x - b.x).abs() - (a.width + b.width) / 2.0;
                assert!(apart >= GAP - 1e-6, "{apart}");
            }
        }
        // Upwards from a box, past the layers between, are its inputs.
        for (user, entry) in graph.entries.iter().enumerate() {
            let (mut waiting, mut found) = (vec![user], Vec::new());
            while let Some(item) = waiting.pop() {
                for &(from, _) in layout.edges.iter().filter(|edge| edge.1 == item) {
                    let list = if layout.items[from].is_box {
                        &mut found
                    } else {
                        &mut waiting
                    };
                    list.push(from);
                }
            }
            let mut inputs = entry.inputs.clone();
            inputs.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, inputs);
        }
    }
}
