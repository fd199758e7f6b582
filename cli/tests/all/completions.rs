//! Completions and manual pages.

use crate::support::Sandbox;

const COMMANDS: [&str; 6] = ["convert", "inspect", "finfo", "bits", "memory", "completions"];

#[test]
fn completions_name_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = sandbox.succeeds(&["completions", shell]);
        for command in COMMANDS {
            assert!(script.contains(command), "{command} not in {shell}'s");
        }
    }
}

/// bash itself accepts the script.
#[cfg(unix)]
#[test]
fn bash_completes_commands() {
    let sandbox = Sandbox::new();
    sandbox.write("script", sandbox.succeeds(&["completions", "bash"]));
    let ask = "source ./script; COMP_WORDS=(ulp fin); COMP_CWORD=1; _ulp ulp fin ulp; echo \"${COMPREPLY[@]}\"";
    let answer = std::process::Command::new("bash")
        .current_dir(sandbox.path("."))
        .args(["--norc", "-c", ask])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "finfo\n");
}

#[test]
fn manual_pages_name_every_option() {
    let sandbox = Sandbox::new();
    let page = sandbox.succeeds(&["man"]);
    assert!(page.contains(".TH ulp 1"), "{page}");
    for command in COMMANDS {
        assert!(page.contains(&format!("ulp\\-{command}(1)")), "{command}");
    }
    let page = sandbox.succeeds(&["man", "bits"]);
    assert!(page.contains(".TH ulp-bits 1"), "{page}");
    for option in ["\\-\\-as", "\\-\\-json", "0x1.8p3"] {
        assert!(page.contains(option), "{option} not in {page}");
    }
    sandbox.fails(&["man", "nonsense"], &["nonsense"]);
}
