//! Lists the files of `packs/`, so that a language is added without a change of code, and lays out the weights of the
//! model.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code)] // what only the program needs
#[path = "src/assessment/weights.rs"]
mod weights;

fn main() {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    println!("cargo::rerun-if-changed={}", packs.display());
    let mut files = Vec::new();
    collect(&packs, &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&packs).expect("found below it").display().to_string();
        let _ = writeln!(code, "    ({name:?}, include_str!({:?})),", file.display().to_string());
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("packs.rs"), code).expect("the build folder takes files");
    fs::write(out.join("weights.bin"), lay_out(&packs.join("model.bin"))).expect("the build folder takes files");
}

/// The weights of a model file as the program uses them; none for a file of another version, which the tests then refuse.
fn lay_out(model: &Path) -> Vec<u8> {
    println!("cargo::rerun-if-changed={}", model.display());
    let bytes = fs::read(model).expect("packs/ is part of the source");
    // Behind the line with the version: the number of heads, their intercepts, and five limits.
    let head = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 2 + 4 * (weights::HEADS + 5));
    let rows = bytes.get(head..).and_then(weights::read_rows).unwrap_or_default();
    weights::Weights::new(rows).bytes().to_vec()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("packs/ is part of the source").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.file_name().is_some_and(|name| name != "model.tsv")
            && path.extension().is_some_and(|ending| ending == "tsv" || ending == "txt" || ending == "toml")
        {
            files.push(path);
        }
    }
}
