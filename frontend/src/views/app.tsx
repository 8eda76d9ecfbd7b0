/** The whole page: what stands where, keys, files that are dropped onto it. */

import { useEffect, useState } from "preact/hooks";
import { count, short } from "../draw/number";
import type { Playground, Side } from "../state/playground";
import { Kind } from "../transport/frame";
import { AnswerView } from "./answer";
import { CompareView } from "./compare";
import { usePlayground } from "./context";
import { Controls, Readout } from "./controls";
import { CurvesView } from "./curves";
import { DataPanel, takeFile } from "./data";
import { ExplainPanel } from "./explain";
import { HealthView } from "./health";
import { NetworkView } from "./network";
import { PlanPanel } from "./plan";
import { SurfaceView } from "./surface";
import { TakeAway } from "./takeaway";
import { TimelineView } from "./timeline";
import { startTour, TourStrip } from "./tour";

export function App() {
  const playground = usePlayground();
  const [dropping, setDropping] = useState(false);
  useEffect(() => watchKeys(playground), []);
  useEffect(() => watchDrops(playground, setDropping), []);
  useEffect(() => openStart(playground), [playground.hello.value?.session]);
  const ready =
    playground.hello.value !== null &&
    playground.network.value !== null &&
    playground.data.value !== null;
  const more = playground.more.value;
  const learner = playground.settings.value?.learner.name;
  const comparing =
    playground.side.value === "compare" && (playground.status.value?.comparing ?? false);
  return (
    <>
      <div
        aria-busy={playground.busy.value}
        class={`page ${playground.busy.value ? "busy" : ""} ${more ? "more" : "simple"} ${playground.tour.value ? "touring" : ""}`}
      >
        <header class="top">
          <h1>chainrule</h1>
          <Controls />
          <nav aria-label="Page">
            <button type="button" aria-pressed={more} onClick={() => (playground.more.value = !more)}>
              {more ? "Less" : "More"}
            </button>
            <Tours />
            {more && <TakeAway />}
            <ThemeSwitch />
          </nav>
        </header>
        <ConnectionLine />
        <TourStrip />
        {ready ? (
          <main>
            <div class="progress">
              <TimelineView />
              <Readout />
            </div>
            <Welcome />
            {more && (
              <div class="side">
                <DataPanel />
                <PlanPanel />
              </div>
            )}
            <NetworkView />
            <div class={comparing ? "right comparing" : "right"}>
              <div class="answers">
                <AnswerView />
                {comparing && <AnswerView run={1} />}
              </div>
              <SideChoice />
              {playground.side.value === "loss" && <CurvesView />}
              {playground.side.value === "surface" && <SurfaceView />}
              {playground.side.value === "compare" && (
                <>
                  <CompareView />
                  <CurvesView />
                </>
              )}
              {more && playground.side.value !== "compare" && learner === "gradient" && (
                <HealthView />
              )}
            </div>
            <ExplainPanel />
          </main>
        ) : (
          <main class="waiting">
            <p>{playground.reason.value || "Connecting to the engine…"}</p>
          </main>
        )}
        <Footer />
      </div>
      <p class="hidden" role="status" aria-live="polite" id="said">
        {playground.said.value}
      </p>
      {dropping && <div class="drop-cover">Drop the table to train on it</div>}
    </>
  );
}

/** What to press first. */
function Welcome() {
  const playground = usePlayground();
  const kind = playground.settings.value?.data.kind;
  if (playground.more.value || kind !== "lesson_line" || playground.tour.value !== null) return null;
  const update = playground.frame.value?.update ?? 0;
  const loss = playground.picture.doubles(Kind.losses)?.[0] ?? 1;
  playground.counted.value;
  return (
    <p class="welcome">
      {update === 0 ? (
        <>
          This neuron has to find the line through two points. Press <strong>Train</strong> and
          watch it learn.
        </>
      ) : loss > 1e-4 ? (
        <>
          Each update moves the weight and the bias a little downhill. <strong>Back</strong> undoes
          one; the timeline goes to any.
        </>
      ) : (
        <>
          It has learned y = 2x + 1. Click the weight to see why it moved, or press{" "}
          <strong>More</strong> for other data and larger networks.
        </>
      )}
    </p>
  );
}

/** What the command line asked for: a lesson's tour, a table. */
function openStart(playground: Playground): void {
  const hello = playground.hello.value;
  if (hello === null || hello.resumed) return;
  if (hello.start.lesson !== null) void startTour(playground, hello.start.lesson);
  if (hello.start.table !== null) playground.more.value = true;
}

function SideChoice() {
  const playground = usePlayground();
  if (!playground.more.value && playground.side.value === "loss") return null;
  const choice = (side: Side, text: string) => (
    <button
      type="button"
      class={`choice ${playground.press.value === side ? "lit" : ""}`}
      aria-pressed={playground.side.value === side}
      onClick={() => (playground.side.value = side)}
    >
      {text}
    </button>
  );
  return (
    <div class="choices tabs" role="group" aria-label="Below the answer">
      {choice("loss", "Curves")}
      {choice("surface", "Cost surface")}
      {choice("compare", "Compare")}
    </div>
  );
}

function Tours() {
  const playground = usePlayground();
  const tours = playground.hello.value?.catalog.tours ?? [];
  if (tours.length === 0) return null;
  return (
    <select
      aria-label="Take a tour"
      value=""
      onChange={(event) => {
        const name = event.currentTarget.value;
        event.currentTarget.value = "";
        if (name !== "") void startTour(playground, name);
      }}
    >
      <option value="">Tours</option>
      {tours.map((tour) => (
        <option key={tour.name} value={tour.name} title={tour.summary}>
          {tour.title}
        </option>
      ))}
    </select>
  );
}

function ThemeSwitch() {
  const playground = usePlayground();
  const dark = playground.shownTheme.value === "dark";
  return (
    <button
      type="button"
      class="quiet"
      aria-label={dark ? "Light colours" : "Dark colours"}
      title={dark ? "Light colours" : "Dark colours"}
      onClick={() => (playground.theme.value = dark ? "light" : "dark")}
    >
      {dark ? "☀" : "☾"}
    </button>
  );
}

function ConnectionLine() {
  const playground = usePlayground();
  const connection = playground.connection.value;
  if (connection === "open" || playground.hello.value === null) return null;
  return (
    <p class="connection" role="alert">
      {connection === "closed"
        ? playground.reason.value
        : "The connection broke. Trying again; the training waits."}
    </p>
  );
}

function Footer() {
  const playground = usePlayground();
  playground.counted.value;
  const status = playground.status.value;
  const frame = playground.frame.value;
  const fault = playground.fault.value;
  const ended =
    status !== null && status.ended !== ""
      ? status.message
      : "Keys: Space trains and pauses, ← → step, E an epoch, Home rewinds.";
  return (
    <footer>
      <span class={fault !== null || status?.ended === "diverged" ? "warning" : ""}>
        {playground.busy.value ? "Working…" : fault === null ? ended : fault.message}
      </span>
      <span class="rates">
        {status !== null && status.engine !== "" && `${status.engine} engine`}
        {frame !== null && Number.isFinite(frame.rate) && (
          <>
            {", "}
            <span id="engine-rate" data-value={frame.rate}>
              {count(Math.round(frame.rate))}
            </span>{" "}
            updates/s
          </>
        )}
        {playground.framesPerSecond.value !== null && frame?.playing === true && (
          <>
            {", "}
            <span id="frame-rate">{playground.framesPerSecond.value}</span> frames/s, drawing{" "}
            {short(playground.drawingMs.value)} ms
          </>
        )}
      </span>
    </footer>
  );
}

/** Space plays, the arrows step, Home rewinds: wherever the focus has no use for them. */
function watchKeys(playground: Playground): () => void {
  const listen = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target.closest("input, select, textarea, button, summary, [role=application]")) return;
    const actions: Record<string, () => void> = {
      " ": () => void playground.act(playground.status.value?.playing ? "pause" : "play"),
      ArrowRight: () => void playground.act("step", { by: "batch" }),
      ArrowLeft: () => void playground.act("step", { by: "back" }),
      e: () => void playground.act("step", { by: "epoch" }),
      Home: () => void playground.act("reset", { seed: null }),
      Escape: () => playground.choose(null),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

function watchDrops(playground: Playground, show: (dropping: boolean) => void): () => void {
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    show(true);
  };
  const leave = (event: DragEvent) => event.relatedTarget === null && show(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    show(false);
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    playground.more.value = true;
    void takeFile(playground, file);
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", leave);
  document.addEventListener("drop", drop);
  return () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("dragleave", leave);
    document.removeEventListener("drop", drop);
  };
}
