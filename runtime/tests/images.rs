//! Pictures in files: JPEG as Pillow reads it (`tests/golden/images.py` made the files), and damaged
//! files of both kinds.

use std::path::PathBuf;

use cuaderno::prelude::*;
use proptest::prelude::*;

#[path = "files/limits.rs"]
mod limits;

use limits::measured;

fn golden(name: &str) -> PathBuf {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/golden/images"
    ));
    folder.join(name)
}

#[test]
fn jpeg_pictures_are_what_pillow_reads() {
    // The largest and the mean difference allowed, in levels of 255.
    for (name, channels, largest, mean) in [
        ("full", 3, 2.5, 0.1),
        ("half", 3, 2.5, 0.4),
        ("progressive", 3, 2.5, 0.1),
        ("grey", 1, 2.5, 0.1),
        ("restarts", 3, 2.5, 0.4),
    ] {
        let ours = read_image(golden(&format!("{name}.jpg"))).unwrap();
        let theirs = read_image(golden(&format!("{name}.png"))).unwrap();
        assert_eq!(ours.shape(), [channels, 21, 37], "{name}");
        let off = (&ours - &theirs).abs() * 255.0;
        let found = (off.max().item(), off.mean().item());
        assert!(found.0 <= largest && found.1 <= mean, "{name}: {found:?}");
    }
}

#[test]
fn coloured_and_grey_pictures_lie_in_one_folder() {
    let root = std::env::temp_dir().join(format!("cuaderno-jpeg-{}", std::process::id()));
    for (class, name) in [("a", "grey.jpg"), ("b", "full.jpg"), ("b", "half.png")] {
        std::fs::create_dir_all(root.join(class)).unwrap();
        std::fs::copy(golden(name), root.join(class).join(name)).unwrap();
    }
    let data = ImageFolder::open(&root).unwrap();
    let (x, y) = data.batch(&[0, 1, 2]);
    assert_eq!(
        (x.shape(), y.to_vec_i64()),
        (&[3, 3, 21, 37][..], vec![0, 1, 1])
    );
    assert_close(&x.i((0, 0)), &x.i((0, 2)));
    std::fs::remove_dir_all(&root).unwrap();
}

const FILES: &[&str] = &[
    "full.jpg",
    "half.jpg",
    "progressive.jpg",
    "restarts.jpg",
    "grey.jpg",
    "full.png",
    "grey.png",
];

/// Most memory that a damaged header may ask for: the largest picture that is allowed has 64 million
/// bytes, a decoder keeps it in numbers of 16 bits beside, and we make f32 of it.
const MOST: usize = 8 << 26;

/// Reads a picture, and tells whether it was accepted.
fn accepted(bytes: &[u8]) -> bool {
    thread_local! {
        static FILE: PathBuf = std::env::temp_dir()
            .join(format!("cuaderno-damaged-{}-{:?}", std::process::id(), std::thread::current().id()));
    }
    FILE.with(|path| {
        std::fs::write(path, bytes).unwrap();
        let (found, memory) = measured(|| read_image(path).is_ok());
        std::fs::remove_file(path).unwrap();
        assert!(memory <= MOST, "{memory} bytes of memory");
        found
    })
}

#[test]
fn a_picture_that_is_cut_off_is_refused() {
    for name in FILES {
        let whole = std::fs::read(golden(name)).unwrap();
        assert!(accepted(&whole), "{name}");
        // A PNG file has 20 bytes behind its last row.
        let end = if name.ends_with("png") { 20 } else { 0 };
        for length in 0..whole.len() - end {
            assert!(!accepted(&whole[..length]), "{name} cut to {length} bytes");
        }
    }
}

#[test]
fn no_byte_that_changes_harms() {
    for name in FILES {
        let mut bytes = std::fs::read(golden(name)).unwrap();
        for place in 0..bytes.len() {
            let right = bytes[place];
            for wrong in [right ^ 0x80, right.wrapping_add(1), 0, 0xff] {
                bytes[place] = wrong;
                accepted(&bytes);
            }
            bytes[place] = right;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_picture_harms(
        name in prop::sample::select(FILES),
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..12_usize, prop::collection::vec(any::<u8>(), 0..12)),
            1..6,
        ),
    ) {
        let mut bytes = std::fs::read(golden(name)).unwrap();
        for (place, removed, added) in edits {
            let place = place.index(bytes.len() + 1);
            let end = (place + removed).min(bytes.len());
            bytes.splice(place..end, added);
        }
        accepted(&bytes);
    }
}
