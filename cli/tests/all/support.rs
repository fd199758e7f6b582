//! A directory for one test, its files, and runs of the program in it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use tempfile::TempDir;
use walkdir::WalkDir;

/// The weights of a real model.
pub(crate) const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/silero-vad-8k.safetensors");

/// The dtypes to which a file can be converted, with their names in `--to`.
pub(crate) const TARGETS: [(&str, Dtype); 9] = [
    ("f64", Dtype::F64),
    ("f32", Dtype::F32),
    ("f16", Dtype::F16),
    ("bf16", Dtype::BF16),
    ("f8_e4m3", Dtype::F8_E4M3),
    ("f8_e5m2", Dtype::F8_E5M2),
    ("f8_e8m0", Dtype::F8_E8M0),
    ("f8_e4m3fnuz", Dtype::F8_E4M3FNUZ),
    ("f8_e5m2fnuz", Dtype::F8_E5M2FNUZ),
];

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<u8>,
}

impl Tensor {
    pub(crate) fn new(dtype: Dtype, shape: &[usize], data: impl Into<Vec<u8>>) -> Tensor {
        Tensor {
            dtype,
            shape: shape.to_vec(),
            data: data.into(),
        }
    }

    /// Returns a vector of the data.
    pub(crate) fn flat(dtype: Dtype, data: impl Into<Vec<u8>>) -> Tensor {
        let data = data.into();
        Tensor::new(dtype, &[data.len() * 8 / dtype.bitsize()], data)
    }
}

/// The content of a file, in an order that can be compared.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Content {
    pub(crate) tensors: BTreeMap<String, Tensor>,
    pub(crate) metadata: Option<HashMap<String, String>>,
}

impl Content {
    pub(crate) fn of<const N: usize>(tensors: [(&str, Tensor); N]) -> Content {
        let tensors = tensors.map(|(name, tensor)| (name.to_string(), tensor)).into();
        Content { tensors, metadata: None }
    }

    pub(crate) fn read(path: &Path) -> Content {
        let bytes = fs::read(path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap().tensors().into_iter();
        Content {
            tensors: tensors
                .map(|(name, view)| (name, Tensor::new(view.dtype(), view.shape(), view.data())))
                .collect(),
            metadata: header.metadata().clone(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, tensor)| {
            (
                name,
                TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.data).unwrap(),
            )
        });
        safetensors::serialize(views, self.metadata.clone()).unwrap()
    }
}

pub(crate) struct Sandbox {
    directory: TempDir,
}

/// Makes signals end this program, also if its caller ignores them, as the background jobs of shells and `nohup` do. Programs that
/// the tests start would inherit that.
fn end_by_signals() {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT};
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            for signal in [SIGHUP, SIGINT, SIGQUIT] {
                let always = std::sync::Arc::new(true.into());
                let ends = signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, always);
                ends.expect("the signal can be handled");
            }
        });
    }
}

impl Sandbox {
    pub(crate) fn new() -> Sandbox {
        end_by_signals();
        Sandbox {
            directory: TempDir::new().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Returns every file of this directory and below, with its bytes. A directory's name ends with `/`.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(self.directory.path())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ulp"));
        command.current_dir(self.directory.path()).args(arguments);
        command
    }

    pub(crate) fn ulp(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and returns its output.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.ulp(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Converts `content` to the format `to`. Returns the content of the output, and the summary.
    pub(crate) fn convert(&self, content: &Content, to: &str) -> (Content, String) {
        self.write("in", content.bytes());
        let output = format!("out-{to}");
        let summary = self.succeeds(&["convert", "in", &output, "--to", to]);
        (Content::read(&self.path(&output)), summary)
    }

    /// Runs a command that must fail: exit code 2, one line on standard error with all of `words`, no other output, and no change
    /// on disk.
    pub(crate) fn fails(&self, arguments: &[&str], words: &[&str]) {
        let before = self.files();
        failed(&self.ulp(arguments), words, arguments);
        assert!(self.files() == before, "{arguments:?} changed the directory");
    }
}

/// Checks that a command failed: exit code 2, one line on standard error with all of `words`, and no other output.
pub(crate) fn failed(output: &Output, words: &[&str], about: &(impl Debug + ?Sized)) {
    let errors = std::str::from_utf8(&output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{about:?}: {errors}");
    assert_eq!(output.stdout, b"", "{about:?}");
    assert!(errors.ends_with('\n') && errors.lines().count() == 1, "{about:?}: {errors:?}");
    for word in words {
        assert!(errors.contains(word), "{about:?}: {word} not in {errors:?}");
    }
}

/// Returns every file below a directory, with its bytes. A directory's name ends with `/`.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = WalkDir::new(directory).min_depth(1).into_iter();
    let files = entries.map(Result::unwrap).filter_map(|entry| {
        let below = entry.path().strip_prefix(directory).unwrap();
        let name = below.to_str().unwrap();
        match entry.file_type() {
            kind if kind.is_file() => Some((name.into(), fs::read(entry.path()).unwrap())),
            kind if kind.is_dir() => Some((format!("{name}/"), Vec::new())),
            _ => None,
        }
    });
    files.collect()
}

/// Returns the number on the summary's line of this name.
pub(crate) fn counted(summary: &str, name: &str) -> usize {
    let line = summary
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap();
    line.split(' ').next().unwrap().parse().unwrap()
}
