//! The real files, where they lie beside the checkout. Alone in its process, since it sets an
//! environment variable.

use std::path::Path;

use cuaderno::prelude::*;

#[test]
fn real_files_are_found_in_the_folder_of_the_variable() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a workspace");
    // Beside the checkout, or beside the folder of several.
    let places = checkout
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("shared/data"));
    let Some(folder) = places
        .into_iter()
        .find(|folder| folder.join("mnist").is_dir())
    else {
        // Elsewhere the real files are not there; a small one in a folder of our own is then found.
        return without_files();
    };
    // SAFETY: this is the only test of the process; its main thread only waits for it, and nothing
    // else reads the environment meanwhile.
    unsafe { std::env::set_var("CUADERNO_DATA", &folder) };
    let test = Mnist::test().expect("the MNIST test set");
    assert_eq!(
        (test.len(), test.picture(0).shape()),
        (10_000, &[1, 28, 28][..])
    );
    assert_eq!(test.y().narrow(0, 0, 5).to_vec_i64(), [7, 2, 1, 0, 4]);
    let counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
    assert_eq!(test.y().bincount(10).to_vec_i64(), counts);
    // The mean of all pixels of the test set; that of the training set, 0.1307, is the one often
    // quoted.
    assert_close_within(test.x().mean().item(), 0.13251, 1e-5);

    let wine = red_wine().expect("the red wines");
    assert_eq!((wine.len(), wine.column_names().len()), (1599, 12));
    let counts: Vec<i64> = wine.column("quality").long().bincount(9).to_vec_i64();
    assert_eq!(counts, [0, 0, 0, 10, 53, 681, 638, 199, 18]);
    assert_eq!(wine.examples("quality").x.shape(), [1599, 11]);
}

fn without_files() {
    let folder = std::env::temp_dir().join(format!("cuaderno-empty-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    // SAFETY: as above.
    unsafe { std::env::set_var("CUADERNO_DATA", &folder) };
    std::fs::write(folder.join("winequality-red.csv"), "a;quality\n1;5\n").expect("a file");
    assert_eq!(red_wine().expect("a table").len(), 1);
    std::fs::remove_dir_all(&folder).expect("the folder");
}
