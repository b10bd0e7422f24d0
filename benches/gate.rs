//! The gate on a change of a rate table, as a process: both sides read, compared and judged.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};
use tempfile::TempDir;

const ROWS: u64 = 184_000;

/// Prices from 0.0050 to 0.0146, most of them others for another `spread`.
fn prices(spread: u64) -> impl Iterator<Item = (u64, String)> {
    (0..ROWS).map(move |i| (200_000 + i * 799_999 / ROWS, format!("0.{:04}", 50 + i * spread % 97)))
}

fn deck(spread: u64) -> String {
    let mut text = String::from("NPANXX,Rate,Wireless,Land Line\n");
    for (code, price) in prices(spread) {
        let _ = writeln!(text, "{code},{price},x,");
    }
    text
}

fn blocks(spread: u64) -> String {
    let mut text = String::new();
    for (code, price) in prices(spread) {
        let _ = write!(text, "[[rate]]\nprefix = \"1{code}\"\nper_minute = {price}\n");
    }
    text
}

/// The floor of the gate's cases with a large table for its secondary.
fn side(folder: &Path, own: bool, spread: u64) {
    let before = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gate/before");
    fs::create_dir_all(folder.join("rates")).unwrap();
    for file in ["failover.toml", "rates/flat.toml"] {
        fs::copy(before.join(file), folder.join(file)).unwrap();
    }
    let table = fs::read_to_string(before.join("rates/metered.toml")).unwrap();
    let (head, rows) = table.split_at(table.find("[[rate]]").unwrap());
    let table = if own {
        format!("{head}{rows}{}", blocks(spread))
    } else {
        fs::write(folder.join("rates/deck.csv"), deck(spread)).unwrap();
        let named = "kind     = \"per-minute\"\ndeck     = { file = \"deck.csv\", format = \"npanxx\" }\n";
        format!("{}{rows}", head.replace("kind     = \"per-minute\"\n", named))
    };
    fs::write(folder.join("rates/metered.toml"), table).unwrap();
}

fn gate(c: &mut Criterion) {
    let mut group = c.benchmark_group("check --base, two tables of 184,000 rows");
    group.sample_size(10);
    for (name, own) in [("carriers' files", false), ("blocks of TOML", true)] {
        let folder = TempDir::new().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        side(&old, own, 1);
        side(&new, own, 7);
        let run = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
            command.current_dir(&new).args(["check", "--base", "../old"]).output().unwrap()
        };
        let first = run();
        assert_eq!(first.status.code(), Some(1), "{}", String::from_utf8_lossy(&first.stderr));
        group.bench_function(name, |b| b.iter(run));
    }
    group.finish();
}

criterion_group!(benches, gate);
criterion_main!(benches);
