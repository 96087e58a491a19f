// The console's build: one page that the desktop shell serves from its own protocol.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ command, mode }) => {
  // In a plain browser there is no Rust behind the page, so development runs on sample data held in memory.
  // A built console never contains it, unless somebody builds with `--mode fake` to look at the screens.
  const fake = mode === "fake" || (command === "serve" && process.env["ROUNDS_HOST"] !== "tauri");
  return {
    base: "./",
    plugins: [react()],
    resolve: { alias: { "#host": here(fake ? "src/host/fake/index.ts" : "src/host/tauri.ts") } },
    build: {
      outDir: "dist/console",
      emptyOutDir: true,
      // Inlined assets would need a laxer content security policy.
      assetsInlineLimit: 0,
      target: ["es2022", "safari16.4", "chrome110"],
      chunkSizeWarningLimit: 1500,
    },
    // The sample data of the fake host lies beside the project, in assets/.
    server: { port: 5173, strictPort: true, fs: { allow: [".."] } },
  };
});
