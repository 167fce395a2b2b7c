//! What is written is read again, bit for bit, here and by other programs.

use cuaderno::prelude::*;

use crate::{Folder, golden};

/// One tensor of every kind.
fn tensors() -> Vec<(&'static str, Tensor)> {
    vec![
        ("turned", arange(0, 6, 1).float().reshape(&[2, 3]).t()),
        ("whole", tensor([i64::MIN, i64::MAX])),
        ("half", tensor_of(DType::F16, [0.5, 65504.0])),
        ("truth", tensor([[true, false, true]])),
        ("wide", tensor_of(DType::F64, [0.1])),
        ("empty", zeros(&[0, 3])),
        ("number", tensor(2.5)),
        ("ñ", tensor([1.0, -0.0, f64::NAN, f64::INFINITY])),
    ]
}

fn state() -> StateDict {
    let mut state = StateDict::new();
    for (name, tensor) in tensors() {
        state.insert(name, &tensor);
    }
    state.set_note("a", 1);
    state.set_note("ü", "\"x\"\n");
    state
}

fn same(a: &Tensor, b: &Tensor) -> bool {
    let bits = |x: &Tensor| -> Vec<u64> { x.to_vec_f64().iter().map(|v| v.to_bits()).collect() };
    (a.shape(), a.dtype()) == (b.shape(), b.dtype())
        && bits(a) == bits(b)
        && a.to_vec_i64() == b.to_vec_i64()
}

#[test]
fn every_type_and_layout_comes_back() {
    let folder = Folder::new("types");
    let (safe, npz, npy) = (folder.file("a"), folder.file("b"), folder.file("c"));
    state().save(&safe).unwrap();
    let tensors = tensors();
    let named: Vec<(&str, &Tensor)> = tensors.iter().map(|(name, x)| (*name, x)).collect();
    save_npz(&npz, &named).unwrap();
    let (safe, npz) = (
        StateDict::load(&safe).unwrap(),
        StateDict::load(&npz).unwrap(),
    );
    assert_eq!(safe.names(), state().names());
    assert_eq!(npz.names(), state().names());
    assert_eq!(
        safe.notes().collect::<Vec<_>>(),
        [("a", "1"), ("ü", "\"x\"\n")]
    );
    for (name, x) in &tensors {
        x.save_npy(&npy).unwrap();
        for found in [&safe[*name], &npz[*name], &Tensor::load_npy(&npy).unwrap()] {
            assert!(same(found, x), "{name}: {found:?}, written was {x:?}");
        }
    }
}

/// `tests/golden/files.py` checks that other programs read these files.
#[test]
fn the_bytes_are_those_that_others_have_read() {
    let folder = Folder::new("ours");
    let tensors = tensors();
    let named: Vec<(&str, &Tensor)> = tensors.iter().map(|(name, x)| (*name, x)).collect();
    save_npz(folder.file("ours.npz"), &named).unwrap();
    state().save(folder.file("ours.safetensors")).unwrap();
    for name in ["ours.npz", "ours.safetensors"] {
        let (ours, known) = (std::fs::read(folder.file(name)).unwrap(), golden(name));
        if !known.exists() {
            std::fs::write(&known, &ours).unwrap();
        }
        assert!(
            ours == std::fs::read(known).unwrap(),
            "{name} has other bytes now"
        );
    }
}

/// NumPy's own bytes, where there is only one way to write them.
#[test]
fn an_npy_file_is_the_one_that_numpy_writes() {
    let folder = Folder::new("npy");
    for name in [
        "f2_little",
        "f4_little",
        "f8_little",
        "i8_little",
        "b1_little",
        "number",
        "empty",
        "vector",
    ] {
        let file = golden(&format!("{name}.npy"));
        let again = folder.file(name);
        Tensor::load_npy(&file).unwrap().save_npy(&again).unwrap();
        assert_eq!(
            std::fs::read(again).unwrap(),
            std::fs::read(file).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn elements_lie_at_multiples_of_their_size() {
    let folder = Folder::new("aligned");
    let path = folder.file("x");
    let mut state = StateDict::new();
    state.insert("a", &tensor([true, false, true]));
    state.insert("b", &tensor_of(DType::F16, [1.0]));
    state.insert("c", &tensor([1.0]));
    state.insert("d", &tensor([1]));
    state.save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    assert_eq!(length % 8, 0);
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    for (name, size) in [("a", 1), ("b", 2), ("c", 4), ("d", 8)] {
        let start = header[name]["data_offsets"][0].as_u64().unwrap();
        assert_eq!(start % size, 0, "{name}");
    }
    assert_eq!(
        StateDict::load(&path).unwrap().names(),
        ["a", "b", "c", "d"]
    );
}

#[test]
fn a_name_that_the_format_needs_is_refused() {
    let mut state = StateDict::new();
    state.insert("__metadata__", &tensor([1.0]));
    let error = state.save("never.safetensors").unwrap_err().to_string();
    assert_eq!(
        error,
        "save: never.safetensors: a tensor can't have the name __metadata__"
    );
    let x = tensor([1.0]);
    let error = save_npz("never.npz", &[("x", &x), ("x", &x)])
        .unwrap_err()
        .to_string();
    assert_eq!(error, "save_npz: never.npz: the name \"x\" is given twice");
}

#[test]
fn a_table_that_is_written_is_read_again() {
    let text =
        "word,\"a,b\"\n\"say \"\"no\"\"\",1e-300\n\"NA\",0.1\n,\n\" s \",-5\n\"two\nlines\",3\n";
    let table = Table::parse(text).unwrap();
    let written = table.to_csv();
    let again = Table::parse(&written).unwrap();
    assert_eq!(again.to_csv(), written);
    for name in ["word", "a,b"] {
        assert_eq!(again.text(name), table.text(name));
        assert_eq!(again.missing(name), 1);
    }
    let words = ["say \"no\"", "NA", "", " s ", "two\nlines"];
    assert_eq!(again.text("word"), words);
}

#[test]
fn rows_keep_their_labels() {
    let summary = Table::parse("a,b\n1,5\n3,7\n").unwrap().describe();
    let again = Table::parse(&summary.to_csv()).unwrap();
    let labels = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];
    assert_eq!(again.column_names(), ["", "a", "b"]);
    assert_eq!(again.text(""), labels);
    assert_close(&again.column("b"), &summary.column("b"));
    let words = Table::parse("w\n\"a,b\"\nNA\n\"NA\"\n").unwrap();
    assert_eq!(
        words.value_counts("w").to_csv(),
        ",count\n\"NA\",1\n\"a,b\",1\n"
    );
}

#[test]
fn a_missing_cell_alone_is_a_row() {
    let table = Table::empty(3).with_column("a", &tensor([1.0, f32::NAN, 3.0]));
    let again = Table::parse(&table.to_csv()).unwrap();
    assert_eq!((again.len(), again.missing("a")), (3, 1));
}

#[test]
fn a_table_that_cannot_be_written_names_its_path() {
    let error = iris()
        .table()
        .save_csv("/no such folder/a.csv")
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("save_csv: /no such folder/a.csv: "),
        "{error}"
    );
}
