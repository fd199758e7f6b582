//! Trains a network that reads handwritten digits in fp32, in 16 bits and in mixed precision, and compares the results.
//!
//! `cargo run --release --example train [DIRECTORY]` prints a table. The program writes the weights (safetensors) and the loss
//! curves (`loss.svg`) to the directory, or to `target/train` if no directory is named.
//!
//! AdamW trains the network. fp16 is too narrow for the gradients of this network: [`network`] says why.

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
    let directory = env::args_os().nth(1).map_or(PathBuf::from("target/train"), PathBuf::from);
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;

    let outcomes = train()?;
    print_table(&outcomes);
    for outcome in &outcomes {
        let words = outcome.name.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let name = words.join("-") + ".safetensors";
        write(&directory.join(name), &save::file(&outcome.tensors)?)?;
    }
    write(&directory.join("loss.svg"), plot::svg(&outcomes)?.as_bytes())?;
    Ok(())
}

/// Trains every recipe. Another seed changes the accuracies by about two points, but not which recipes fail.
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
    // torch doubles the loss scale after 2,000 good steps. This training ends after 1,500 steps.
    let scaler = LossScaler::with(LossScalerOptions {
        growth_interval: 100,
        ..LossScalerOptions::default()
    })?;
    // torch's epsilon rounds to 0 in fp16. The update of a weight without a gradient is then 0 / 0. The second fp16 recipe
    // therefore has a larger epsilon.
    Ok(vec![
        task.train::<f32, _>("fp32", no_master(Rounding::Nearest)?, None),
        task.train::<F16, _>("fp16", Plain::new(initial, 1e-8), None),
        task.train::<F16, _>("fp16, epsilon 1e-7", Plain::new(initial, 1e-7), None),
        task.train::<F16, _>("mixed fp16, no loss scaling", mixed()?, None),
        task.train::<F16, _>("mixed fp16, loss scaling", mixed()?, Some(scaler)),
        task.train::<Bf16, _>("mixed bf16", mixed()?, None),
        task.train::<Bf16, _>("bf16 weights, to nearest", no_master(Rounding::Nearest)?, None),
        task.train::<Bf16, _>("bf16 weights, stochastic", no_master(Rounding::Stochastic)?, None),
    ])
}

/// Prints the outcomes as a table in Markdown.
fn print_table(outcomes: &[Outcome]) {
    println!("| recipe | test accuracy | final loss | gradients zero | steps skipped | bytes a parameter |");
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
