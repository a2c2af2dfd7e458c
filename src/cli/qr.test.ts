import { expect, it } from "vitest";
import { qrText } from "./qr.ts";

/** `https://example.org/join/` at level L with mask 6, from qrcode 8.2 for Python; # is a dark module. */
const modules = [
  "#######.#..###....#######",
  "#.....#..##...#.#.#.....#",
  "#.###.#...#.##....#.###.#",
  "#.###.#.....##.##.#.###.#",
  "#.###.#..#.#..#.#.#.###.#",
  "#.....#...#.###.#.#.....#",
  "#######.#.#.#.#.#.#######",
  "........#.##.#.##........",
  "##.##.#..###....#.#.....#",
  "#...#...##..######.#####.",
  "#..#..##..##.#.###.###..#",
  ".....#.######.#..###.####",
  "#...####.#.##..##.##....#",
  "#.####.##.....###...#..#.",
  "#####.##.#.##..##.#.#####",
  "#.#.....##.#..#..###.##.#",
  "#.#..###..#.##..#####.##.",
  "........##.###..#...#.##.",
  "#######..###....#.#.#...#",
  "#.....#..###.#.##...#..##",
  "#.###.#.#..##.#######....",
  "#.###.#.#..####.###....##",
  "#.###.#..####.##.#..#####",
  "#.....#.#.#...##...##.###",
  "#######.##..#...#.#..#..#",
];

/** The modules of a drawing in half blocks, which draw what is light. */
function read(text: string): string[] {
  const module = (lit: boolean) => (lit ? "." : "#");
  return text
    .split("\n")
    .flatMap((line) => ["█▀", "█▄"].map((lit) => Array.from(line, (c) => module(lit.includes(c))).join("")));
}

it("draws the code, light, within a quiet zone of four modules", () => {
  const rows = read(qrText("https://example.org/join/"));
  const empty = Array(4).fill(".".repeat(33));
  const framed = [...empty, ...modules.map((row) => `....${row}....`), ...empty];
  expect(rows.slice(0, 33)).toEqual(framed);
});

it("fits a terminal of 80 columns with the longest usual link", () => {
  const host = "a-rather-long-host-name.department.university.example.org:65535";
  const link = `https://${host}/join/#t=${"9".repeat(43)}&k=${"9".repeat(43)}&c=${"0".repeat(64)}`;
  const lines = qrText(link).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.length).toBeLessThanOrEqual(40);
});
