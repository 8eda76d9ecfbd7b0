const PATHS: Record<string, string> = {
  play: "M5 3l12 7-12 7z",
  pause: "M4 3h4v14H4zM12 3h4v14h-4z",
  rewind: "M3 3h2v14H3zM17 3v14l-6-5v5L5 10l6-7v5z",
  back: "M4 3h3v14H4zM17 3v14L8 10z",
  sample: "M10 6a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  batch: "M3 4l6 6-6 6zM11 3h3v14h-3z",
  epoch: "M2 4l6 6-6 6zM9 4l6 6-6 6zM16 3h2v14h-2z",
  close: "M4.5 3L10 8.5 15.5 3 17 4.5 11.5 10l5.5 5.5-1.5 1.5L10 11.5 4.5 17 3 15.5 8.5 10 3 4.5z",
  plus: "M9 3h2v6h6v2h-6v6H9v-6H3V9h6z",
  minus: "M3 9h14v2H3z",
  table: "M2 3h16v14H2zM4 7v3h5V7zm7 0v3h5V7zm-7 5v3h5v-3zm7 0v3h5v-3z",
  image: "M2 3h16v14H2zM4 5v8l3.5-3 3 2.5L14 8l2 2V5z",
  download: "M9 2h2v8l3-3 1.4 1.4L10 13.8 4.6 8.4 6 7l3 3zM3 15h14v2H3z",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name] ?? ""} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
