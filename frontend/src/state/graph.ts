/** A network's layers as columns of units and edges between them. */

import type { Bias, Column, Edge } from "../draw/network_layout";
import type { NetworkEvent, NetworkLayer } from "../transport/protocol";

export interface Graph {
  readonly columns: readonly Column[];
  readonly edges: readonly Edge[];
  readonly biases: readonly Bias[];
  /** The dense layer of each column; null for the inputs. */
  readonly layers: readonly (NetworkLayer | null)[];
  readonly unitAt: ReadonlyMap<string, { column: number; unit: number }>;
  readonly indexOf: ReadonlyMap<string, number>;
  /** What a parameter is called beside the picture: w1 in a small network, h1.w1 else. */
  readonly label: (index: number) => string;
  readonly nameOf: (index: number) => string;
}

export function edgesOf(network: NetworkEvent): Graph {
  const dense = network.layers.filter((layer) => layer.W !== undefined);
  const columns: Column[] = [{ layer: -1, names: network.inputs }];
  const edges: Edge[] = [];
  const biases: Bias[] = [];
  dense.forEach((layer, k) => {
    const column = k + 1;
    const [start] = layer.W!;
    const units = layer.units.length;
    columns.push({ layer: layer.index, names: layer.units });
    columns[k]!.names.forEach((_, from) => {
      for (let to = 0; to < units; to++) {
        edges.push({ column, from, to, index: start + from * units + to });
      }
    });
    if (layer.b) {
      const first = layer.b[0];
      layer.units.forEach((_, unit) => biases.push({ column, unit, index: first + unit }));
    }
  });
  const unitAt = new Map<string, { column: number; unit: number }>();
  columns.forEach((column, c) =>
    column.names.forEach((name, unit) => unitAt.set(name, { column: c, unit })),
  );
  const indexOf = new Map<string, number>();
  for (const names of [network.numbered, network.short, network.names]) {
    names.forEach((name, index) => name !== "" && indexOf.set(name, index));
  }
  const label = (index: number) =>
    network.parameters <= 30 && network.numbered[index]
      ? network.numbered[index]!
      : (network.short[index] ?? network.names[index] ?? "");
  const nameOf = (index: number) => network.names[index] ?? "";
  return { columns, edges, biases, layers: [null, ...dense], unitAt, indexOf, label, nameOf };
}
