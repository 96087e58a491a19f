//! The TypeScript of everything that crosses to a web page, made from the Rust types.

use std::path::Path;

use ts_rs::{Config, ExportError, TS};

use crate::api::commands::prelude::*;
use crate::for_each_command;

/// Writes the TypeScript of all commands, events and signalling words into a folder.
pub fn write_typescript(folder: &Path) -> Result<(), ExportError> {
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    crate::api::Changed::export_all(&config)?;
    crate::api::Tick::export_all(&config)?;
    crate::api::error::ApiError::export_all(&config)?;
    call::signal::ToHub::export_all(&config)?;
    call::signal::FromHub::export_all(&config)?;

    let mut imports = std::collections::BTreeSet::new();
    let mut entries = String::new();
    macro_rules! each {
        ($($name:literal: $handler:ident($request:ty) -> $answer:ty;)*) => {$(
            <$request>::export_all(&config)?;
            <$answer>::export_all(&config)?;
            let (request, answer) = (<$request>::name(&config), <$answer>::name(&config));
            entries.push_str(&format!("  {:?}: {{ in: {request}; out: {answer} }};\n", $name));
            imports.extend([request, answer]);
        )*};
    }
    for_each_command!(each);

    let imports: String = imports.iter().map(|name| format!("import type {{ {name} }} from \"./{name}\";\n")).collect();
    let map = format!(
        "// This file was generated from Rust by `cargo xtask codegen`. Do not edit it.\n{imports}\n\
         /** Every command of the console: what it takes and what it answers. */\n\
         export interface Commands {{\n{entries}}}\n"
    );
    std::fs::write(folder.join("commands.ts"), map)?;
    Ok(())
}
