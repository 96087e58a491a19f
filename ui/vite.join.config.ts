// The patient's join page: the practice server sends it for /join/{token} and its assets from /join-assets/.
import { defineConfig } from "vite";

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/join-assets/" : "/",
  publicDir: false,
  build: {
    outDir: "dist/join",
    emptyOutDir: true,
    // Everything is a file of its own: the page's content security policy allows nothing inline.
    assetsInlineLimit: 0,
    assetsDir: "",
    modulePreload: { polyfill: false },
    target: ["es2022", "safari15.4", "chrome100", "firefox102"],
    rollupOptions: { input: "join.html" },
  },
  server: { port: 5174, strictPort: true },
}));
