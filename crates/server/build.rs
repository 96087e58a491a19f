//! Makes the join page's files part of the program, and asks cargo to look again when they change.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist/join");
}
