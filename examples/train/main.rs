//! Trains a network that reads handwritten digits, the same way in fp32, in 16 bits and in mixed precision, and compares.
//!
//! `cargo run --release --example train [DIRECTORY]` prints a table, and writes the weights (safetensors) and the curves of the
//! losses (`loss.svg`) to the directory, `target/train` if none is named.
//!
//! The network is one whose gradients fp16 is too narrow for: [`network`] says why. It is trained by AdamW.

mod data;
mod network;
mod plot;
mod save;
mod training;
mod update;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use ulp::mixed::{LossScaler, LossScalerOptions};
use ulp::{Bf16, F16};

use data::Random;
use training::{Outcome, Task};
use update::{Mixed, NoMaster, Plain, Rounding};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args_os()
        .nth(1)
        .map_or(PathBuf::from("target/train"), PathBuf::from);
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;

    let outcomes = train()?;
    print_table(&outcomes);
    for outcome in &outcomes {
        let words = outcome.name.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let name = words.join("-") + ".safetensors";
        write(&directory.join(name), &save::file(&outcome.tensors)?)?;
    }
    write(
        &directory.join("loss.svg"),
        plot::svg(&outcomes)?.as_bytes(),
    )?;
    Ok(())
}

/// All recipes. Another seed moves the accuracies by some two points, and none of the recipes to the other camp.
fn train() -> Result<Vec<Outcome>, Box<dyn Error>> {
    let mut random = Random(5);
    let (training, test) = data::load(&mut random)?;
    let task = Task {
        training,
        test,
        initial: network::initial(&mut random),
        random,
    };
    let initial = &task.initial;
    let mixed = || Mixed::new(initial);
    let no_master = |rounding| NoMaster::new(initial, rounding);
    // torch doubles the scale after 2,000 good steps; this is all over in 1,500.
    let scaler = LossScaler::with(LossScalerOptions {
        growth_interval: 100,
        ..LossScalerOptions::default()
    })?;
    // torch's epsilon is 0 in fp16, and then the update of a weight without gradient is 0 / 0: hence fp16 with another one too.
    Ok(vec![
        task.train::<f32, _>("fp32", no_master(Rounding::Nearest)?, None),
        task.train::<F16, _>("fp16", Plain::new(initial, 1e-8), None),
        task.train::<F16, _>("fp16, epsilon 1e-7", Plain::new(initial, 1e-7), None),
        task.train::<F16, _>("mixed fp16, no loss scaling", mixed()?, None),
        task.train::<F16, _>("mixed fp16, loss scaling", mixed()?, Some(scaler)),
        task.train::<Bf16, _>("mixed bf16", mixed()?, None),
        task.train::<Bf16, _>(
            "bf16 weights, to nearest",
            no_master(Rounding::Nearest)?,
            None,
        ),
        task.train::<Bf16, _>(
            "bf16 weights, stochastic",
            no_master(Rounding::Stochastic)?,
            None,
        ),
    ])
}

/// In Markdown.
fn print_table(outcomes: &[Outcome]) {
    println!(
        "| recipe | test accuracy | final loss | gradients zero | steps skipped | bytes a parameter |"
    );
    println!("|---|---|---|---|---|---|");
    for outcome in outcomes {
        println!(
            "| {} | {:.1} % | {:.5} | {:.1} % | {} | {} |",
            outcome.name,
            100.0 * outcome.accuracy,
            outcome.final_loss,
            100.0 * outcome.zeros,
            outcome.skipped,
            outcome.bytes.bytes(),
        );
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
