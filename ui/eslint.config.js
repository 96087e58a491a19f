import js from "@eslint/js";
import globals from "globals";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const tauri = { group: ["@tauri-apps/*"], message: "Only src/host/tauri.ts talks to Tauri." };
const fake = { group: ["**/host/fake/**"], message: "Sample data never reaches the built console: import #host." };
const upFromParts = {
  group: ["**/features/**", "**/views/**", "#features/*", "#views/*"],
  message: "Parts know nothing of the features and views that use them.",
};
const upFromFeatures = { group: ["**/views/**"], message: "Features know nothing of the views that use them." };
const sideways = {
  regex: "^\\.\\./(?!\\.\\.)[^/]+",
  message: "A feature does not import another feature: what both need is a part.",
};
const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/gen"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  reactHooks.configs.flat["recommended-latest"],
  {
    files: ["**/*.{ts,tsx,js}"],
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "no-console": "error",
      eqeqeq: "error",
      ...restrict(tauri, fake),
    },
  },
  { files: ["src/host/tauri.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["src/host/fake/**", "src/test/**", "src/**/*.test.{ts,tsx}"], rules: restrict(tauri) },
  { files: ["src/parts/**", "src/video/**", "src/host/*.ts"], ignores: ["**/*.test.*", "src/host/tauri.ts"], rules: restrict(tauri, fake, upFromParts) },
  { files: ["src/features/*/*"], ignores: ["**/*.test.*"], rules: restrict(tauri, fake, upFromFeatures, sideways) },
);
