//! What was run in this session, for `history_request`.

use serde_json::{Value, json};

/// The cells of a session by number.
#[derive(Debug, Default)]
pub struct History {
    cells: Vec<(usize, String)>,
}

impl History {
    /// Adds a cell.
    pub fn push(&mut self, number: usize, code: &str) {
        self.cells.push((number, code.to_owned()));
    }

    /// Content of `history_reply` for a request's content.
    pub fn reply(&self, request: &Value) -> Value {
        let count = request["n"].as_u64().and_then(|n| usize::try_from(n).ok());
        let found: Vec<&(usize, String)> = match request["hist_access_type"].as_str() {
            Some("range") => {
                let bound = |name: &str| request[name].as_u64().map(|n| n as usize);
                let start = bound("start").unwrap_or(0);
                let stop = bound("stop").filter(|stop| *stop > 0).unwrap_or(usize::MAX);
                self.cells
                    .iter()
                    .filter(|(n, _)| (start..stop).contains(n))
                    .collect()
            }
            Some("search") => {
                let pattern = request["pattern"].as_str().unwrap_or("*");
                let unique = request["unique"] == true;
                let mut found: Vec<&(usize, String)> = Vec::new();
                for cell in self.cells.iter().filter(|(_, code)| matches(pattern, code)) {
                    if unique {
                        found.retain(|(_, code)| *code != cell.1);
                    }
                    found.push(cell);
                }
                last(found, count)
            }
            _ => last(self.cells.iter().collect(), count),
        };
        let output = request["output"] == true;
        let items: Vec<Value> = found
            .into_iter()
            .map(|(number, code)| match output {
                true => json!([0, number, [code, null]]),
                false => json!([0, number, code]),
            })
            .collect();
        json!({"status": "ok", "history": items})
    }
}

fn last<T>(mut items: Vec<T>, count: Option<usize>) -> Vec<T> {
    let excess = items.len().saturating_sub(count.unwrap_or(usize::MAX));
    items.drain(..excess);
    items
}

/// Whether a text matches a pattern with `*` and `?`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut regex = String::from("(?s)^");
    for c in pattern.chars() {
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            _ => regex.push_str(&regex::escape(&c.to_string())),
        }
    }
    regex.push('$');
    regex::Regex::new(&regex).is_ok_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(request: Value) -> Vec<String> {
        let mut history = History::default();
        for (number, code) in [(1, "let a = 1;"), (2, "a"), (3, "let b = 2;"), (4, "a")] {
            history.push(number, code);
        }
        let reply = history.reply(&request);
        let items = reply["history"].as_array().expect("a list");
        items
            .iter()
            .map(|item| format!("{}:{}", item[1], item[2].as_str().unwrap()))
            .collect()
    }

    #[test]
    fn tail_range_and_search() {
        assert_eq!(
            lines(json!({"hist_access_type": "tail", "n": 2})),
            ["3:let b = 2;", "4:a"]
        );
        assert_eq!(
            lines(json!({"hist_access_type": "range", "start": 1, "stop": 3})),
            ["1:let a = 1;", "2:a"]
        );
        assert_eq!(
            lines(json!({"hist_access_type": "search", "pattern": "let*"})),
            ["1:let a = 1;", "3:let b = 2;"]
        );
        assert_eq!(
            lines(json!({"hist_access_type": "search", "pattern": "a", "unique": true})),
            ["4:a"]
        );
    }
}
