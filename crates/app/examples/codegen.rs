//! Writes the generated TypeScript into the folder named as the only argument.

fn main() {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: codegen FOLDER");
        std::process::exit(2);
    };
    if let Err(error) = app::codegen::write_typescript(std::path::Path::new(&folder)) {
        eprintln!("The TypeScript could not be written: {error}");
        std::process::exit(1);
    }
}
