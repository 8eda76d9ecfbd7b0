/** Every update can be gone back to: a slider over the branch, and the branches that were left. */

import { useRef, useState } from "preact/hooks";
import { count } from "../draw/number";
import { usePlayground } from "./context";

export function TimelineView() {
  const playground = usePlayground();
  const timeline = playground.timeline.value;
  const status = playground.status.value;
  playground.counted.value;
  const [draft, setDraft] = useState<number | null>(null);
  const busy = useRef(false);
  const wanted = useRef<number | null>(null);
  const frame = playground.frame.value;
  const last = Math.max(frame?.last ?? 0, status?.last ?? 0);
  const update = draft ?? frame?.update ?? status?.update ?? 0;
  const branch = status?.branch ?? 0;

  // While it is dragged, one request is under way and the newest place waits.
  const go = async (place: number) => {
    wanted.current = place;
    if (busy.current) return;
    busy.current = true;
    while (wanted.current !== null) {
      const next: number = wanted.current;
      wanted.current = null;
      await playground.act("seek", { update: next, branch: null });
    }
    busy.current = false;
    setDraft(null);
  };

  const others = (timeline?.branches ?? []).filter((other) => other.branch !== branch);
  return (
    <div class="timeline">
      <label for="timeline">Timeline</label>
      <span class="track">
        <input
          id="timeline"
          type="range"
          min={0}
          max={Math.max(1, last)}
          step={1}
          value={Math.min(update, Math.max(1, last))}
          disabled={last === 0}
          aria-valuetext={`update ${update} of ${last}`}
          onInput={(event) => {
            const place = Number(event.currentTarget.value);
            setDraft(place);
            void go(place);
          }}
        />
        {last > 0 &&
          (timeline?.marks ?? [])
            .filter((mark) => mark.update <= last)
            .map((mark, k) => (
              <span
                key={k}
                class="mark"
                style={{ left: `calc(8px + (100% - 16px) * ${mark.update / last})` }}
                title={`update ${mark.update}: ${mark.label}`}
              />
            ))}
      </span>
      {others.length > 0 && (
        <select
          aria-label="Branch of the training"
          value={String(branch)}
          onChange={(event) => {
            const chosen = (timeline?.branches ?? []).find(
              (b) => String(b.branch) === event.currentTarget.value,
            );
            if (chosen) void playground.act("seek", { update: chosen.last, branch: chosen.branch });
          }}
        >
          {(timeline?.branches ?? []).map((b) => (
            <option key={b.branch} value={String(b.branch)} selected={b.branch === branch}>
              {b.label || `branch ${b.branch}`} ({count(b.last)})
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
