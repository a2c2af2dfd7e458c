/** Labelled examples, and how they are dealt to clients. What touches files is in `node/`. */
export type { ClientData, ReadData } from "./client-data.ts";
export {
  type DataPlan,
  dataPlanOf,
  dataPlanSchema,
  type FactsPlan,
  type ImagePlan,
  type TablePlan,
} from "./data-plan.ts";
export { type DatasetCard, datasets } from "./datasets.ts";
export { type Dataset, type Examples, size } from "./examples.ts";
export { decodeIdx, examplesFromIdx, type IdxArray } from "./idx.ts";
export { nearestName } from "./names.ts";
export { histogram } from "./partition/histogram.ts";
export { type Labelled, type PartitionOptions, partition } from "./partition/partition.ts";
export type { PartitionSpec } from "./partition/spec.ts";
export { selectRows, take } from "./select.ts";
export type { DataSource, DatasetName } from "./sources.ts";
export { type Split, splitRows } from "./split.ts";
export { type Table, TableBuilder } from "./table/builder.ts";
export { tableFromCsv } from "./table/csv.ts";
export { encodeTable } from "./table/encode.ts";
export { encodeRows } from "./table/encode-rows.ts";
export type { ColumnEncoding, TableEncoding } from "./table/encoding.ts";
export type { TableRoles } from "./table/layout.ts";
