/** What this browser remembers of a person: which panels are open, the theme. */

import { signal, effect, type Signal } from "@preact/signals";

function store(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null; // a browser may forbid it
  }
}

export function remembered<T>(name: string, initial: T): Signal<T> {
  const key = `chainrule.${name}`;
  let value = initial;
  try {
    const text = store()?.getItem(key);
    if (text !== null && text !== undefined) value = JSON.parse(text) as T;
  } catch {
    value = initial;
  }
  const result = signal(value);
  effect(() => {
    const text = JSON.stringify(result.value);
    try {
      store()?.setItem(key, text);
    } catch {
      // full, or forbidden: then it is not remembered
    }
  });
  return result;
}
