import { effect, type Signal } from "@preact/signals";

/** Light or dark: what the person chose, else what the system says. */
export function followTheme(theme: Signal<"light" | "dark" | "system">): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const shown = theme.peek() === "system" ? (dark.matches ? "dark" : "light") : theme.peek();
    document.documentElement.dataset["theme"] = shown;
  };
  effect(() => {
    theme.value;
    apply();
  });
  dark.addEventListener("change", apply);
}
