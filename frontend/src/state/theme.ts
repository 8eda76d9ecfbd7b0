import { effect, type Signal } from "@preact/signals";

/** Light or dark: what the person chose, else what the system says, now and later. */
export function followTheme(
  chosen: Signal<"light" | "dark" | "system">,
  shown: Signal<"light" | "dark">,
): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = chosen.peek();
    const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.dataset["theme"] = theme; // before anything is drawn anew
    shown.value = theme;
  };
  effect(() => {
    chosen.value;
    apply();
  });
  dark.addEventListener("change", apply);
}
