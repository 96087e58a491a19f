import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./tokens.css";
import "./mantine.css";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Providers } from "./Providers";

const root = document.getElementById("root");
if (!root) throw new Error("BUG: index.html has no #root");
createRoot(root).render(
  <Providers>
    <App />
  </Providers>,
);
