//! Accessibility faults that a program can find: axe-core, run in the page itself.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::page::Page;
use crate::stage::root;

/// Looks at what the page shows now.
///
/// # Errors
/// There is a fault of serious or critical impact; the error names the rules and the places.
pub async fn inspect(page: &Page, screen: &str) -> Result<()> {
    let path = root().join("ui/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    page.js(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await.map_err(|error| error.context("axe-core"))?;
    let found = page.js_async(RUN, vec![json!(["serious", "critical"])]).await?;
    let faults = found.as_array().context("a list")?;
    let lines: Vec<String> = faults.iter().map(Value::to_string).collect();
    ensure!(faults.is_empty(), "{}: {screen}: {} faults\n{}", page.name, faults.len(), lines.join("\n"));
    Ok(())
}

/// Runs axe-core once nothing fades in any more: it would measure the contrast of half-transparent words.
const RUN: &str = "
    const running = () => document.getAnimations().filter((one) => one.playState === 'running' && one.effect?.getTiming().iterations !== Infinity);
    await Promise.allSettled(running().map((one) => one.finished));
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.filter((one) => arguments[0].includes(one.impact))
        .map((one) => ({ rule: one.id, impact: one.impact, at: one.nodes.slice(0, 4).map((node) => [node.target.join(' '), node.any[0]?.message ?? '']) }));
";
