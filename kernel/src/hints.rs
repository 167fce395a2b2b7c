//! One line of advice for the mistakes that beginners make most in a Rust notebook, and the words
//! in which evcxr's own messages are told.

use serde_json::Value;

/// Advice for rustc's report; `names` are the variables and items that there are.
pub fn for_diagnostic(json: &Value, names: &[String]) -> Option<String> {
    let code = json["code"]["code"].as_str().unwrap_or_default();
    let message = json["message"].as_str().unwrap_or_default();
    let labels: Vec<&str> = every_text(json);
    let subject = message.split('`').nth(1).unwrap_or("x");
    let says = |text: &str| message.contains(text) || labels.iter().any(|l| l.contains(text));
    let hint = match code {
        "E0382" if says("in previous iteration of loop") => {
            format!(
                "the loop moves `{subject}` in its first round; lend it with `&{subject}`, or clone \
                 it inside the loop: `{subject}.clone()` (a tensor's clone copies no numbers)"
            )
        }
        "E0382" | "E0505" | "E0507" => {
            format!(
                "`{subject}` was moved, which takes it out of the notebook; lend it with \
                 `&{subject}`, or hand over a copy: `{subject}.clone()` (a tensor's clone copies no \
                 numbers)"
            )
        }
        "E0384" | "E0596" | "E0594" => {
            format!(
                "make it changeable where it is made: `let mut {subject} = …`; or later, in a new \
                 cell: `let mut {subject} = {subject};`"
            )
        }
        "E0597" | "E0716" | "E0515" | "E0521" => REFERENCE.to_owned(),
        "E0373" => CLOSURE.to_owned(),
        "E0282" | "E0283" | "E0284" => TYPE.to_owned(),
        "E0308" => return for_mismatch(&labels, highlighted(json)),
        "E0425" | "E0433" | "E0412" | "E0599" | "E0432" => {
            return for_unknown_name(json, &labels, subject, names);
        }
        "" if message.starts_with("expected `;`") || message.contains("expected one of") => {
            "end every statement but the last of a cell with a semicolon `;`".to_owned()
        }
        _ => return for_message(message).map(str::to_owned),
    };
    Some(hint)
}

const REFERENCE: &str = "a variable that outlives its cell cannot hold a reference; store the \
                         value itself (`x.clone()`, `text.to_owned()`), or put the code that \
                         borrows into braces `{ … }`";
const TYPE: &str = "say the type where the variable is made: `let x: Vec<f32> = …`, or behind the \
                    function: `.collect::<Vec<f32>>()`, `.parse::<f32>()`";
const CLOSURE: &str = "a closure can't outlive its cell as it is; write a function `fn f(x: f32) \
                       -> f32 { … }`, or box it: `let f: Box<dyn Fn(f32) -> f32> = Box::new(|x| \
                       …);`";

/// Advice for an error that evcxr made itself.
pub fn for_message(message: &str) -> Option<&'static str> {
    if message.contains("is a closure") {
        Some(CLOSURE)
    } else if message.contains("contains a reference") {
        Some(REFERENCE)
    } else if message.contains("type of variable") || message.contains("type of the variable") {
        Some(TYPE)
    } else if message.contains("missing a semicolon") {
        Some("end every statement but the last of a cell with a semicolon `;`")
    } else {
        None
    }
}

/// A type that does not fit, by rustc's label `expected X, found Y`.
fn for_mismatch(labels: &[&str], code: &str) -> Option<String> {
    let label = labels.iter().find(|label| label.starts_with("expected "))?;
    let (expected, found) = label.strip_prefix("expected ")?.split_once(", found ")?;
    let float = ["`f32`", "`f64`"].contains(&expected);
    let name = |text: &str| text.rsplit('`').nth(1).map(str::to_owned);
    if float && (found == "integer" || found.contains("`{integer}`")) {
        Some(format!(
            "write a decimal point: `{code}.0` instead of `{code}`"
        ))
    } else if float || ["`i32`", "`i64`", "`usize`"].contains(&expected) {
        let target = name(expected)?;
        Some(format!(
            "numbers are never converted silently; write `{code} as {target}`"
        ))
    } else if expected.starts_with("`&") && !found.starts_with("`&") {
        Some(format!(
            "lend the value: write `&{code}` instead of `{code}`"
        ))
    } else if expected == "`String`" && found == "`&str`" {
        Some("make an owned text: `\"…\".to_owned()`".to_owned())
    } else if found == "`()`" {
        Some(
            "a block's value is its last expression without a semicolon; remove the `;` there"
                .to_owned(),
        )
    } else {
        None
    }
}

/// The code that the report points at.
fn highlighted(json: &Value) -> &str {
    let mut spans = json["spans"].as_array().into_iter().flatten();
    let primary = spans.find(|span| span["is_primary"] == true);
    let line = primary.map(|span| &span["text"][0]);
    let part = line.and_then(|line| {
        let column = |name: &str| line[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let text = line["text"].as_str()?;
        let byte = |column: usize| {
            text.char_indices()
                .nth(column - 1)
                .map_or(text.len(), |(at, _)| at)
        };
        text.get(byte(column("highlight_start")?)..byte(column("highlight_end")?))
    });
    part.unwrap_or("x")
}

fn for_unknown_name(
    json: &Value,
    labels: &[&str],
    subject: &str,
    names: &[String],
) -> Option<String> {
    let near = json["children"]
        .as_array()
        .into_iter()
        .flatten()
        .find_map(|child| {
            let text = child["message"].as_str()?;
            let similar = text.contains("similar name") || text.contains("with a similar");
            let replacement = child["spans"][0]["suggested_replacement"].as_str();
            similar.then_some(replacement).flatten()
        });
    let near = near.map(str::to_owned).or_else(|| {
        // rustc names it in a label where it can't offer a replacement.
        let label = labels.iter().find(|label| label.contains("similar"))?;
        Some(label.rsplit('`').nth(1)?.to_owned())
    });
    // rustc does not see the notebook's variables that the cell does not name.
    let near = near.or_else(|| nearest(subject, names));
    Some(match near {
        Some(near) => format!("did you mean `{}`?", near.trim_matches('`')),
        None => "run the cell that makes it first; `:vars` lists the variables there are, and \
                 TAB completes names"
            .to_owned(),
    })
}

/// The most similar of the names, if one is similar.
fn nearest(word: &str, names: &[String]) -> Option<String> {
    let distance = |name: &String| strsim::damerau_levenshtein(word, name);
    let best = names.iter().min_by_key(|name| distance(name))?;
    (distance(best) <= word.chars().count().div_ceil(3)).then(|| best.clone())
}

fn every_text(json: &Value) -> Vec<&str> {
    let spans = json["spans"].as_array().into_iter().flatten();
    let children = json["children"].as_array().into_iter().flatten();
    spans
        .filter_map(|span| span["label"].as_str())
        .chain(children.filter_map(|child| child["message"].as_str()))
        .collect()
}

/// Whether a note is about code that the student did not write.
pub fn is_internal(text: &str) -> bool {
    [
        "evcxr",
        "EvcxrUserCodeError",
        "AssertUnwindSafe",
        "catch_unwind",
        "cuaderno_impl_",
    ]
    .iter()
    .any(|mark| text.contains(mark))
}

/// evcxr's messages without evcxr.
pub fn own_words(message: &str) -> String {
    let quoted = || message.split('`').nth(1).unwrap_or("?");
    if message.contains("is a closure") {
        format!(
            "the variable `{}` is a closure, which can't be kept for later cells",
            quoted()
        )
    } else if message.contains("contains a reference with a non-static lifetime") {
        format!(
            "the variable `{}` contains a reference, which can't be kept for later cells",
            quoted()
        )
    } else if message.contains("Couldn't automatically determine type") {
        format!("the type of the variable `{}` is not known", quoted())
    } else if message.contains("cannot be persisted") {
        format!(
            "the variable `{}` has a type that can't be kept for later cells",
            quoted()
        )
    } else {
        message
            .replace("evcxr", "the kernel")
            .replace("Evcxr", "the kernel")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_without_a_point_is_told_to_get_one() {
        let report = json!({
            "code": {"code": "E0308"}, "message": "mismatched types",
            "spans": [{
                "label": "expected `f32`, found integer", "is_primary": true,
                "text": [{"text": "f(7)", "highlight_start": 3, "highlight_end": 4}],
            }],
        });
        assert!(
            for_diagnostic(&report, &[])
                .expect("a hint")
                .contains("`7.0`")
        );
    }

    #[test]
    fn a_near_name_is_named() {
        let report = json!({
            "code": {"code": "E0425"}, "message": "cannot find value `lenght`",
            "children": [{"message": "a local variable with a similar name exists",
                          "spans": [{"suggested_replacement": "length"}]}],
        });
        assert_eq!(
            for_diagnostic(&report, &[]).as_deref(),
            Some("did you mean `length`?")
        );
        let alone = json!({"code": {"code": "E0425"}, "message": "cannot find value `lenght`"});
        let names = ["width".to_owned(), "length".to_owned()];
        assert_eq!(
            for_diagnostic(&alone, &names).as_deref(),
            Some("did you mean `length`?")
        );
    }

    #[test]
    fn the_engine_is_never_named() {
        for message in [
            "The variable `f` is a closure, which cannot be persisted.\nYou can evcxr",
            "Couldn't automatically determine type of variable `x`.\nPlease give it one",
            "Evcxr does not like it",
        ] {
            assert!(!own_words(message).to_lowercase().contains("evcxr"));
        }
    }
}
