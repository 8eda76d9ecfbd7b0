/** What can be taken away: Python code, the model, the history, a link. */

import { useState } from "preact/hooks";
import type { Playground } from "../state/playground";
import { linkOf } from "../state/link";
import type { ExportReply } from "../transport/protocol";
import { usePlayground } from "./context";
import { FaultText } from "./field";
import { Icon } from "./icon";
import { save } from "./save";

export async function takeAway(playground: Playground, what: string): Promise<void> {
  const file = await playground.ask<ExportReply>("export", { what }, "export");
  if (file === null) return;
  const content =
    file.base64 === undefined
      ? [file.text ?? ""]
      : [Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0))];
  save(file.name, new Blob(content, { type: file.media_type }));
}

export function TakeAway() {
  const playground = usePlayground();
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState<string | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const copyLink = () => {
    const settings = playground.settings.value;
    if (settings === null) return;
    const text = linkOf(window.location, settings);
    setLink(text);
    void navigator.clipboard?.writeText(text).then(
      () => playground.say("The link is in the clipboard."),
      () => undefined,
    );
  };
  return (
    <div
      class="menu"
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
    >
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="download" />
        <span class="word">Take with you</span>
      </button>
      {open && (
        <div class="sheet" role="region" aria-label="Take with you">
          <button
            type="button"
            onClick={() =>
              void playground
                .ask<ExportReply>("export", { what: "code" }, "export")
                .then((file) => file && setCode(file.text ?? ""))
            }
          >
            Show the Python code
          </button>
          <button type="button" onClick={() => void takeAway(playground, "code")}>
            Python code of this run
          </button>
          <button type="button" onClick={() => void takeAway(playground, "model")}>
            Model file
          </button>
          <button type="button" onClick={() => void takeAway(playground, "history")}>
            History as CSV
          </button>
          <button type="button" onClick={copyLink}>
            Link to these settings
          </button>
          {link !== null && <input type="text" readOnly aria-label="Link to these settings" value={link} />}
          <FaultText field="export" />
          {code !== null && (
            <pre tabIndex={0} role="region" aria-label="Python code">
              {code}
            </pre>
          )}
          <p class="hint">Each picture has PNG and SVG in its corner.</p>
        </div>
      )}
    </div>
  );
}
