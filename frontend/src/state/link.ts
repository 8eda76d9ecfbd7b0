/** The settings in the address: #TOKEN/SETTINGS, base64url of JSON. */

import type { Settings } from "../transport/protocol";

export interface Address {
  readonly token: string;
  readonly settings: Partial<Settings> | null;
}

export function readAddress(hash: string): Address {
  const [token = "", coded = ""] = hash.replace(/^#/, "").split("/", 2);
  if (coded === "") return { token, settings: null };
  try {
    const bytes = Uint8Array.from(atob(coded.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
      c.charCodeAt(0),
    );
    const settings: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const isObject = typeof settings === "object" && settings !== null && !Array.isArray(settings);
    return { token, settings: isObject ? (settings as Partial<Settings>) : null };
  } catch {
    return { token, settings: null }; // a link that was cut: the page starts as it would without
  }
}

export function linkOf(location: { origin: string; pathname: string; hash: string }, settings: Settings): string {
  const bytes = new TextEncoder().encode(JSON.stringify(settings));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const coded = btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return `${location.origin}${location.pathname}#${readAddress(location.hash).token}/${coded}`;
}
