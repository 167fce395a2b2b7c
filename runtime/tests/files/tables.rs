//! Text with separated values, whole and damaged: a table or an error, no more memory than a multiple
//! of the text, and what is written is read as it was.

use cuaderno::prelude::*;
use proptest::prelude::*;

use crate::limits::measured;

/// Most bytes of memory for each byte of text: a cell of one byte is a text of its own, and a column
/// with a name, of which one line can have many.
const PER_BYTE: usize = 500;
/// For error texts and the like.
const ALWAYS: usize = 100_000;

fn check(text: &str) {
    let (table, memory) = measured(|| Table::parse(text));
    let most = ALWAYS + PER_BYTE * text.len();
    assert!(
        memory <= most,
        "{memory} bytes of memory for {}",
        text.len()
    );
    let Ok(table) = table else { return };
    // What was accepted can be looked at.
    let _ = format!("{table:?} {:?}", table.describe());
    let again = Table::parse(&table.to_csv()).expect("what is written is read");
    assert_eq!(again.column_names(), table.column_names(), "{text:?}");
    assert_eq!(again.len(), table.len(), "{text:?}");
    for name in table.column_names() {
        assert_eq!(again.text(&name), table.text(&name), "{text:?}");
        assert_eq!(again.missing(&name), table.missing(&name), "{text:?}");
    }
}

const WINE: &str = "\u{feff}\"fixed acidity\",kind,quality\r\n7.4,\"red, dry\",5\r\n7.8,,NA\r\n\
                    \"say \"\"no\"\"\",rosé,-1e-3\r\n";

#[test]
fn no_byte_that_changes_harms() {
    let whole = WINE.as_bytes();
    for place in 0..whole.len() {
        check(&String::from_utf8_lossy(&whole[..place]));
        for wrong in (0..=255_u8).step_by(5) {
            let mut bytes = whole.to_vec();
            bytes[place] = wrong;
            check(&String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn a_line_may_be_long() {
    let cells = |mark: &str| (0..2000).map(|i| format!("{mark}{i}")).collect::<Vec<_>>();
    let text = format!("{}\n{}\n", cells("a").join(","), cells("").join(","));
    let (table, memory) = measured(|| Table::parse(&text).unwrap());
    assert_eq!(table.value("0", "a1999"), 1999.0);
    assert!(memory <= ALWAYS + PER_BYTE * text.len(), "{memory}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_harms(text in "[ab,;\"\n\r \t\u{feff}1.eé?N/A-]{0,80}") {
        check(&text);
    }
}
