//! Files that are cut off, damaged, or made to harm: an error or some tensors, no panic, and no
//! more memory than a multiple of the file.

use cuaderno::prelude::*;
use proptest::prelude::*;

use crate::golden;
use crate::limits::measured;

/// Most bytes of memory for each byte of a file: an empty tuple of a pickle is one byte, and a
/// number in a list, which becomes a note with a name, is two.
const PER_BYTE: usize = 1000;
/// The same where bytes are deflated, 1032 of which may come from one, and become i64.
const PER_DEFLATED_BYTE: usize = 1032 * 10;
/// For error texts and the like.
const ALWAYS: usize = 100_000;

/// Reads bytes by every reader, and tells whether one accepted them.
fn accepted(bytes: &[u8]) -> bool {
    let deflated = bytes.windows(4).any(|w| w == b"PK\x01\x02");
    let per_byte = if deflated {
        PER_DEFLATED_BYTE
    } else {
        PER_BYTE
    };
    let (found, memory) = measured(|| {
        let state = StateDict::from_bytes(bytes);
        // What was accepted can be looked at.
        let text = state.as_ref().map(|state| format!("{state:?}").len());
        let array = Tensor::from_npy_bytes(bytes);
        (text.is_ok(), array.is_ok())
    });
    let most = ALWAYS + per_byte * bytes.len();
    assert!(
        memory <= most,
        "{memory} bytes of memory for {} of the file",
        bytes.len()
    );
    found.0 || found.1
}

/// Files of every format.
const FILES: &[&str] = &[
    "net.safetensors",
    "types.safetensors",
    "net.pth",
    "net_legacy.pth",
    "net_protocol4.pth",
    "net_protocol5_legacy.pth",
    "views.pt",
    "views_legacy.pt",
    "types_legacy.pt",
    "checkpoint.pt",
    "stored.npz",
    "compressed.npz",
    "fortran.npy",
    "version2.npy",
    "f2_big.npy",
];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(golden(name)).unwrap()
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    for name in FILES {
        let whole = file(name);
        assert!(accepted(&whole), "{name}");
        for length in 0..whole.len() {
            assert!(!accepted(&whole[..length]), "{name} cut to {length} bytes");
        }
    }
}

#[test]
fn no_byte_that_changes_harms() {
    for name in FILES {
        let mut bytes = file(name);
        for place in 0..bytes.len() {
            let right = bytes[place];
            for wrong in [right ^ 0x80, right.wrapping_add(1)] {
                bytes[place] = wrong;
                accepted(&bytes);
            }
            bytes[place] = right;
        }
    }
}

/// A change of some bytes: at a place, so many are replaced by these.
type Edit = (prop::sample::Index, usize, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (
        any::<prop::sample::Index>(),
        0..12_usize,
        prop::collection::vec(any::<u8>(), 0..12),
    );
    prop::collection::vec(edit, 1..6)
}

/// Instructions and small arguments, of which pickles consist.
fn pickle() -> impl Strategy<Value = Vec<u8>> {
    const CODES: &[u8] =
        b"(((.]]}}))tteeussaaddlR\x81Qb0122NKKKqhhXUXc\x85\x86\x87\x88\x8a\x8c\x93\x94\x8f\x90";
    let parts = prop_oneof![
        8 => prop::sample::select(CODES).prop_map(|code| vec![code]),
        4 => (0..8_u8).prop_map(|n| vec![b'K', n]),
        4 => (0..4_u8).prop_map(|n| vec![b'h', n]),
        4 => (0..4_u8).prop_map(|n| vec![b'q', n]),
        2 => Just(b"ccollections\nOrderedDict\n".to_vec()),
        2 => Just(b"ctorch._utils\n_rebuild_tensor_v2\n".to_vec()),
        2 => Just(b"ctorch._utils\n_rebuild_parameter\n".to_vec()),
        2 => Just(b"ctorch\nFloatStorage\n".to_vec()),
        2 => Just(b"ctorch\nSize\n".to_vec()),
        2 => Just(b"U\x07storage".to_vec()),
        2 => Just(b"U\x010".to_vec()),
        // A whole set of elements, and a tensor.
        2 => Just(b"(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04tQ".to_vec()),
        2 => Just(b"ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04tQK\x00K\x02K\x02\x86K\x02K\x01\x86\x89NtR".to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..6),
    ];
    prop::collection::vec(parts, 0..60).prop_map(|parts| parts.concat())
}

const LEGACY: &[u8] = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.}.";

/// The legacy format around a pickle, with four floats under the key 0 if it refers to any.
fn legacy(pickle: &[u8]) -> Vec<u8> {
    let elements: &[u8] = if pickle.windows(7).any(|word| word == b"storage") {
        b"](U\x010e.\x04\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40"
    } else {
        b"]."
    };
    [LEGACY, pickle, b".", elements].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_no_harm(start in 0..8_usize, rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let start: &[u8] = [
            b"" as &[u8], b"PK\x03\x04", b"\x93NUMPY\x01\0", b"\x93NUMPY\x01\0\x20\0{'descr': '<f4'",
            b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", LEGACY, b"\x30\0\0\0\0\0\0\0{\"x\":", b"\x80\x02}q\0",
        ][start];
        accepted(&[start, &rest].concat());
    }

    #[test]
    fn no_change_of_a_file_harms(name in prop::sample::select(FILES), edits in edits()) {
        let mut bytes = file(name);
        for (place, removed, added) in edits {
            let place = place.index(bytes.len() + 1);
            let end = (place + removed).min(bytes.len());
            bytes.splice(place..end, added);
        }
        accepted(&bytes);
    }

    #[test]
    fn no_pickle_harms(pickle in pickle()) {
        accepted(&legacy(&pickle));
    }
}

fn refused(bytes: &[u8], reason: &str) {
    let (error, memory) = measured(|| StateDict::from_bytes(bytes).unwrap_err().to_string());
    assert!(error.contains(reason), "{error}, not {reason}");
    assert!(
        memory < ALWAYS + PER_BYTE * bytes.len(),
        "{memory} for {}",
        bytes.len()
    );
}

fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

#[test]
fn a_safetensors_header_that_lies_is_refused() {
    let header = |shape: &str, start: u64, end: u64| {
        format!(r#"{{"x":{{"dtype":"F32","shape":{shape},"data_offsets":[{start},{end}]}}}}"#)
    };
    assert!(accepted(&safetensors(&header("[2]", 0, 8), 8)));
    let cases = [
        (
            header("[3]", 0, 8),
            8,
            "x of shape [3] and type F32 can't lie in the bytes 0 to 8",
        ),
        (
            header("[2]", 0, 8),
            7,
            "is cut off: x should end at byte 8 of the data, which has 7",
        ),
        (
            header("[2]", 0, 8),
            9,
            "the tensors end at byte 8 of the data, which has 9",
        ),
        (
            header("[2]", 4, 12),
            12,
            "x starts at byte 4 of the data, and 0 is where the one before it ends",
        ),
        (header("[2]", 8, 0), 8, "can't lie in the bytes 8 to 0"),
        (
            header("[4611686018427387904]", 0, 0),
            0,
            "more elements than can be counted",
        ),
        (
            header("[4294967296, 4294967296]", 0, 0),
            0,
            "more elements than can be counted",
        ),
        (
            header("[1152921504606846975]", 0, 4611686018427387900),
            8,
            "is cut off",
        ),
        (header("[-1]", 0, 8), 8, "the header is damaged"),
        (header("[2.5]", 0, 8), 8, "the header is damaged"),
        (header("\"2\"", 0, 8), 8, "x has no shape"),
        (
            header(&format!("[{}1]", "1,".repeat(64)), 0, 4),
            4,
            "65 dims, and 64 are allowed",
        ),
        (
            header("[2]", 0, 8).replace("F32", "C64"),
            8,
            "elements of type C64",
        ),
        (r#"{"x":{"dtype":"F32"}}"#.to_owned(), 0, "x has no shape"),
        (r#"{"x":[1]}"#.to_owned(), 0, "x has no dtype"),
        (
            r#"{"__metadata__":{"a":[1]}}"#.to_owned(),
            0,
            "the note \"a\" is no text",
        ),
        ("{".to_owned(), 0, "the header is damaged"),
        (
            format!("{}1", "{\"a\":".repeat(1000)),
            0,
            "the header is damaged",
        ),
    ];
    for (header, data, reason) in cases {
        refused(&safetensors(&header, data), reason);
    }
    let one = r#""x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
    refused(
        &safetensors(&format!("{{{one},{one}}}"), 4),
        "\"x\" comes twice",
    );
    let other = one.replace("\"x\"", "\"y\"");
    refused(
        &safetensors(&format!("{{{one},{other}}}"), 4),
        "y starts at byte 0 of the data, and 4 is",
    );
    let mut long = u64::MAX.to_le_bytes().to_vec();
    long.extend(b"{}");
    refused(&long, "is cut off");
}

#[test]
fn an_npy_header_that_lies_is_refused() {
    let npy = |header: &str| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend([0; 8]);
        bytes
    };
    let right = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    assert!(accepted(&npy(right)));
    assert!(accepted(&npy(
        "{\"shape\":(2),'fortran_order':True,'descr':\"<f4\"}\n"
    )));
    for (from, to, reason) in [
        ("(2,)", "(3,)", "is cut off"),
        ("(2,)", "(1,)", "has 4 bytes behind the array of shape [1]"),
        (
            "(2,)",
            "(4611686018427387904,)",
            "more elements than can be counted",
        ),
        ("(2,)", "(99999999999999999999,)", "the header is damaged"),
        (
            "(2,)",
            "(4294967296,4294967296)",
            "more elements than can be counted",
        ),
        ("(2,)", "(1152921504606846975,)", "is cut off"),
        ("(2,)", "(-2,)", "the header is damaged"),
        ("(2,)", "(2", "the header is damaged"),
        ("(2,)", "2", "the header is damaged"),
        ("False", "None", "the header is damaged"),
        ("'shape'", "'descr'", "the header is damaged"),
        ("'<f4'", "'<c8'", "elements of type \"<c8\""),
        ("'<f4'", "'é'", "elements of type \"é\""),
        ("'<f4'", "'|f4'", "elements of type \"|f4\""),
        ("'<f4', ", "", "the header is damaged"),
        (", }", ", } x", "the header is damaged"),
    ] {
        let bytes = npy(&right.replace(from, to));
        let (error, memory) = measured(|| Tensor::from_npy_bytes(&bytes).unwrap_err().to_string());
        assert!(error.contains(reason), "{to}: {error}");
        assert!(memory < ALWAYS, "{memory}");
    }
}

/// An archive with one entry, and what the directory says of it.
fn archive(name: &str, method: u16, packed: &[u8], size: u32) -> Vec<u8> {
    let mut common = Vec::new();
    for number in [20_u16, 0, method, 0, 0] {
        common.extend(number.to_le_bytes());
    }
    for number in [0, packed.len() as u32, size] {
        common.extend(number.to_le_bytes());
    }
    common.extend((name.len() as u32).to_le_bytes());
    let mut bytes = [
        b"PK\x03\x04" as &[u8],
        common.as_slice(),
        name.as_bytes(),
        packed,
    ]
    .concat();
    let start = bytes.len() as u32;
    bytes.extend(b"PK\x01\x02\x14\0");
    bytes.extend(common);
    bytes.extend([0; 14]);
    bytes.extend(name.as_bytes());
    let end = bytes.len() as u32;
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend((end - start).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

#[test]
fn an_archive_that_lies_is_refused() {
    refused(
        &archive("x.npy", 0, b"abc", 3),
        "x.npy is damaged: its checksum is wrong",
    );
    refused(
        &archive("x.npy", 0, b"abc", 4_000_000_000),
        "x.npy has 3 bytes, not 4000000000",
    );
    refused(
        &archive("x.npy", 8, b"abc", 4_000_000_000),
        "x.npy is damaged: it does not unpack",
    );
    refused(
        &archive("x.npy", 8, b"abc", 3),
        "x.npy is damaged: it does not unpack",
    );
    refused(
        &archive("x.npy", 9, b"abc", 3),
        "x.npy is packed by method 9",
    );
    refused(
        &archive("x", 0, b"", 0),
        "is neither an .npz file nor PyTorch's: it has an entry x",
    );
    // An entry beyond the end, and one that lies over another.
    let good = file("stored.npz");
    let entries: Vec<usize> = (0..good.len() - 4)
        .filter(|&i| good[i..i + 4] == *b"PK\x01\x02")
        .collect();
    let mut bytes = good.clone();
    bytes[entries[0] + 42..entries[0] + 46].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    refused(&bytes, "is cut off");
    let mut bytes = good.clone();
    bytes.copy_within(entries[0] + 42..entries[0] + 46, entries[1] + 42);
    refused(&bytes, "entries that lie over one another");
    let mut bytes = good;
    bytes[entries[0] + 8] |= 1;
    refused(&bytes, "x.npy is encrypted");
}

/// A tensor of the four floats, with these numbers as arguments.
fn tensor_pickle(offset: &[u8], shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let store = b"ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04tQ";
    legacy(&[store as &[u8], offset, shape, strides, b"\x89NtR"].concat())
}

#[test]
fn a_view_beyond_its_elements_is_refused() {
    let long = b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
    let good = tensor_pickle(b"K\x00", b"K\x02K\x02\x86", b"K\x02K\x01\x86");
    assert_eq!(
        StateDict::from_bytes(&good).unwrap()["tensor"].to_vec(),
        [1.0, 2.0, 3.0, 4.0]
    );
    let beyond = "reaches beyond the 4 elements that there are";
    let one = |head: &[u8]| [head, b"\x85"].concat();
    refused(
        &tensor_pickle(b"K\x01", b"K\x02K\x02\x86", b"K\x02K\x01\x86"),
        beyond,
    );
    refused(&tensor_pickle(b"K\x04", b"K\x01\x85", b"K\x01\x85"), beyond);
    refused(&tensor_pickle(b"K\x00", b"K\x02\x85", &one(long)), beyond);
    refused(&tensor_pickle(b"K\x01", b"K\x02\x85", &one(long)), beyond);
    refused(&tensor_pickle(long, b"K\x02\x85", b"K\x01\x85"), beyond);
    refused(
        &tensor_pickle(b"K\x00", &one(long), b"K\x01\x85"),
        "more elements than can be counted",
    );
    refused(
        &tensor_pickle(b"K\x00", b"K\x02\x85", b")"),
        "have different lengths",
    );
    let negative = b"J\xff\xff\xff\xff";
    refused(
        &tensor_pickle(negative, b"K\x02\x85", b"K\x01\x85"),
        "a tensor has wrong arguments",
    );
    refused(
        &tensor_pickle(b"K\x00", b"K\x02\x85", &one(negative)),
        "a tensor has wrong arguments",
    );

    // An immense view on one element takes no memory, is printed, and can't be copied.
    let million = b"J\x40\x42\x0f\x00J\x40\x42\x0f\x00J\x40\x42\x0f\x00\x87";
    let bytes = tensor_pickle(b"K\x00", million, b"K\x00K\x00K\x00\x87");
    assert!(accepted(&bytes));
    let state = StateDict::from_bytes(&bytes).unwrap();
    assert_eq!(state.count(), 1_000_000_000_000_000_000);
    assert!(Linear::new(1, 1).load_state_dict(&state).is_err());
    // Strides of rows that stand alone may be anything.
    let alone = tensor_pickle(
        b"K\x03",
        b"K\x01K\x01\x86",
        &[long as &[u8], b"K\x07\x86"].concat(),
    );
    assert_eq!(
        StateDict::from_bytes(&alone).unwrap()["tensor"].to_vec(),
        [4.0]
    );
}

#[test]
fn every_function_but_the_known_ones_is_refused() {
    for (module, name) in [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("__builtin__", "exec"),
        ("subprocess", "Popen"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("torch.storage", "_load_from_bytes"),
        ("torch._utils", "_rebuild_wrapper_subclass"),
        ("collections", "OrderedDict.fromkeys"),
        ("", ""),
    ] {
        let reason = format!("asks for Python's {module}.{name}, which is not executed");
        refused(&legacy(format!("c{module}\n{name}\n").as_bytes()), &reason);
        let mut named = vec![0x8c, module.len() as u8];
        named.extend(module.as_bytes());
        named.extend([0x8c, name.len() as u8]);
        named.extend(name.as_bytes());
        named.push(0x93);
        refused(&legacy(&named), &reason);
    }
    // The tables of copyreg's extension codes, and instances of classes.
    for code in [b"\x82\x01" as &[u8], b"(i__main__\nx\n", b"(o", b"\x92"] {
        refused(&legacy(code), "there is no instruction");
    }
}

#[test]
fn depth_cycles_and_laughter_end() {
    // Lists in lists, a hundred thousand deep.
    refused(
        &legacy(&[b"]".repeat(100_000), b"a".repeat(99_999)].concat()),
        "more than 100 dicts and lists",
    );
    refused(
        &legacy(&[b"N".to_vec(), b"\x85".repeat(100_000)].concat()),
        "more than 100 dicts and lists",
    );
    // A list that holds itself, once and a hundred times.
    refused(&legacy(b"]q\0h\0a"), "more than 100 dicts and lists");
    refused(
        &legacy(&[b"]q\0".to_vec(), b"h\0a".repeat(100)].concat()),
        "more than 100 dicts and lists",
    );
    // Each list holds ten times the one before.
    let mut laughs = b"]K\x01aq\0".to_vec();
    for i in 0..30_u8 {
        laughs.extend(b"](");
        laughs.extend([b'h', i].repeat(10));
        laughs.extend([b'e', b'q', i + 1]);
    }
    refused(&legacy(&laughs), "names parts of itself too often");
    // A long list that many calls refer to is not copied by each.
    for name in [
        "collections\nOrderedDict",
        "torch\nSize",
        "torch._utils\n_rebuild_parameter",
    ] {
        let mut calls = format!("c{name}\nq\0](").into_bytes();
        calls.extend(b"NN\x86".repeat(20_000));
        calls.extend(b"eq\x01");
        calls.extend(b"0h\0h\x01\x85R".repeat(20_000));
        accepted(&legacy(&calls));
    }
}
