//! Text of a figure: its width, and the little LaTeX that labels use.

/// A piece of a label in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) italic: bool,
    /// 1 stands above the line, -1 below it, both smaller.
    pub(super) level: i8,
}

/// Index and exponent are written at this part of the size.
pub(super) const SMALLER: f64 = 0.7;

/// The pieces of a label: between two `$` it is LaTeX, of which Greek letters, `_`, `^`, `\hat`
/// and the like are understood; other text is taken as it is.
pub(super) fn runs(label: &str) -> Vec<Run> {
    let parts: Vec<&str> = label.split('$').collect();
    // An even number of parts is an odd number of marks: the last one opens nothing.
    if parts.len() < 3 || parts.len().is_multiple_of(2) {
        return vec![plain(label)];
    }
    let mut out = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if i % 2 == 1 {
            let mut rest: std::iter::Peekable<std::str::Chars<'_>> = part.chars().peekable();
            math(&mut rest, 0, &mut out);
        } else if !part.is_empty() {
            out.push(plain(part));
        }
    }
    out
}

fn plain(text: &str) -> Run {
    Run {
        text: text.to_owned(),
        italic: false,
        level: 0,
    }
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Reads up to a closing brace or the end.
fn math(rest: &mut Rest<'_>, level: i8, out: &mut Vec<Run>) {
    while let Some(c) = rest.next() {
        match c {
            '}' => return,
            '{' => math(rest, level, out),
            '_' => one(rest, -1, out),
            '^' => one(rest, 1, out),
            '\\' => command(rest, level, out),
            ' ' => {}
            '-' => {
                // Between two things it is an operator, before one a sign.
                let between = out
                    .last()
                    .and_then(|run| run.text.chars().last())
                    .is_some_and(|c| c.is_alphanumeric() || c == ')');
                match between && level == 0 {
                    true => push(out, " − ", false, 0),
                    false => push(out, "−", false, level),
                }
            }
            '=' | '+' | '<' | '>' if level == 0 => push(out, &format!(" {c} "), false, 0),
            c => push(out, c.encode_utf8(&mut [0; 4]), c.is_alphabetic(), level),
        }
    }
}

/// The one character or group after `_` or `^`.
fn one(rest: &mut Rest<'_>, level: i8, out: &mut Vec<Run>) {
    match rest.next() {
        Some('{') => math(rest, level, out),
        Some('\\') => command(rest, level, out),
        Some(c) => push(out, c.encode_utf8(&mut [0; 4]), c.is_alphabetic(), level),
        None => {}
    }
}

const SYMBOLS: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("varepsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("varphi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Theta", "Θ"),
    ("Lambda", "Λ"),
    ("Pi", "Π"),
    ("Sigma", "Σ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
    ("nabla", "∇"),
    ("partial", "∂"),
    ("sum", "∑"),
    ("prod", "∏"),
    ("int", "∫"),
    ("sqrt", "√"),
    ("infty", "∞"),
    ("cdot", "·"),
    ("times", "×"),
    ("pm", "±"),
    ("le", " ≤ "),
    ("leq", " ≤ "),
    ("ge", " ≥ "),
    ("geq", " ≥ "),
    ("ne", " ≠ "),
    ("neq", " ≠ "),
    ("approx", " ≈ "),
    ("sim", " ∼ "),
    ("in", " ∈ "),
    ("to", " → "),
    ("rightarrow", " → "),
    ("leftarrow", " ← "),
    ("odot", "⊙"),
    ("ell", "ℓ"),
    ("top", "ᵀ"),
    ("quad", "  "),
];

/// Marks that stand on the letter before them.
const ACCENTS: &[(&str, &str)] = &[
    ("hat", "\u{302}"),
    ("bar", "\u{304}"),
    ("tilde", "\u{303}"),
    ("dot", "\u{307}"),
    ("vec", "\u{20d7}"),
];

fn command(rest: &mut Rest<'_>, level: i8, out: &mut Vec<Run>) {
    let mut name = String::new();
    while let Some(c) = rest.next_if(char::is_ascii_alphabetic) {
        name.push(c);
    }
    if name.is_empty() {
        // A space or a sign of LaTeX's own behind a backslash.
        if let Some(c) = rest.next() {
            push(out, c.encode_utf8(&mut [0; 4]), false, level);
        }
        return;
    }
    let of = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, symbol)| *symbol)
    };
    if let Some(symbol) = of(SYMBOLS) {
        return push(out, symbol, false, level);
    }
    if let Some(accent) = of(ACCENTS) {
        one(rest, level, out);
        return push(out, accent, true, level);
    }
    match name.as_str() {
        // The group behind them is text.
        "mathrm" | "text" | "mathbf" | "mathit" | "mathcal" | "boldsymbol" | "operatorname" => {
            let mut inner = Vec::new();
            one(rest, level, &mut inner);
            for run in inner {
                push(out, &run.text, name == "mathit", run.level);
            }
        }
        // log, exp, max and their like stand upright.
        _ => push(out, &name, false, level),
    }
}

fn push(out: &mut Vec<Run>, text: &str, italic: bool, level: i8) {
    match out.last_mut() {
        Some(run) if run.italic == italic && run.level == level => run.text.push_str(text),
        _ => out.push(Run {
            text: text.to_owned(),
            italic,
            level,
        }),
    }
}

/// The label without its marks, for readers who hear it.
pub(super) fn spoken(label: &str) -> String {
    runs(label).into_iter().map(|run| run.text).collect()
}

/// The width of a label in pixels, a little more than most fonts need.
pub(super) fn text_width(label: &str, size: f64) -> f64 {
    let one = |run: Run| {
        let part = if run.level == 0 { 1.0 } else { SMALLER };
        run.text.chars().map(character_width).sum::<f64>() * part
    };
    runs(label).into_iter().map(one).sum::<f64>() * size
}

/// Widths in parts of the size, as in Arial and in DejaVu Sans, whichever is wider.
fn character_width(c: char) -> f64 {
    match c {
        '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' => 0.0,
        'i' | 'j' | 'l' | '\'' | '|' | '⁻' | '¹' => 0.3,
        'I' | 'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '!' | ' ' | '/' | '(' | ')' | '[' | ']'
        | '-' => 0.4,
        'm' | 'M' | 'W' | 'w' | '%' | '@' | '−' | '+' | '=' | '±' | '×' | '→' => 0.88,
        '²' | '³' | '⁰' | '⁴'..='⁹' | '·' => 0.42,
        'A'..='Z' => 0.7,
        '0'..='9' => 0.62,
        // Letters of East Asia and pictographs are squares.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3fffd}' => 1.1,
        _ => 0.6,
    }
}

/// The label cut to a width, with an ellipsis where something was left out.
pub(super) fn shortened(label: &str, size: f64, room: f64) -> String {
    if text_width(label, size) <= room {
        return label.to_owned();
    }
    let mut kept = String::new();
    let mut width = size;
    for c in spoken(label).chars() {
        width += character_width(c) * size;
        if width > room {
            break;
        }
        kept.push(c);
    }
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_may_be_latex() {
        let shown = |label| {
            runs(label)
                .into_iter()
                .map(|run| (run.text, run.italic, run.level))
                .collect::<Vec<_>>()
        };
        let run = |text: &str, italic, level| (text.to_owned(), italic, level);
        assert_eq!(
            shown("input $x_1$"),
            [
                run("input ", false, 0),
                run("x", true, 0),
                run("1", false, -1)
            ]
        );
        assert_eq!(
            spoken(r"$\hat{y}^{(i)} = \sigma(-z)$"),
            "y\u{302}(i) = σ(−z)"
        );
        assert_eq!(spoken(r"$\log p$ and $\mathrm{bias}$"), "logp and bias");
        assert_eq!(spoken("price in $"), "price in $");
        assert_eq!(spoken("costs $5"), "costs $5");
        for broken in [
            "$_$",
            "$^{$",
            "$\\$",
            "$}}$",
            "$$",
            "$\\frac{1}{2$",
            "$_^_$",
        ] {
            runs(broken);
        }
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(shortened("loss", 12.0, 100.0), "loss");
        let long = "a rather long name of a class that fills the page";
        let cut = shortened(long, 12.0, 100.0);
        assert!(
            cut.ends_with('…') && text_width(&cut, 12.0) <= 112.0,
            "{cut}"
        );
        assert!(text_width("日本語", 10.0) > text_width("abc", 10.0));
    }
}
