import { render } from "preact";
import { readAddress } from "./state/link";
import { Playground } from "./state/playground";
import { followTheme } from "./state/theme";
import { WebSocketTransport } from "./transport/websocket";
import { App } from "./views/app";
import { PlaygroundContext } from "./views/context";
import "./style/variables.css";
import "./style/base.css";
import "./style/layout.css";
import "./style/controls.css";
import "./style/pictures.css";
import "./style/network.css";
import "./style/explain.css";
import "./style/panels.css";
import "./style/sheets.css";

const address = readAddress(window.location.hash);
const transport = new WebSocketTransport(window.location.origin, address.token);
const key = `chainrule.session.${address.token}`;

// A tab keeps its session when it is reloaded, unless a link brings settings of its own.
const playground: Playground = new Playground(transport, address.settings, {
  session: (): string | null => (address.settings !== null && playground.hello.peek() === null ? null : sessionStorage.getItem(key)),
  store: (session) => sessionStorage.setItem(key, session),
});
followTheme(playground.theme, playground.shownTheme);
playground.start();

render(
  <PlaygroundContext.Provider value={playground}>
    <App />
  </PlaygroundContext.Provider>,
  document.getElementById("page")!,
);
