import type { Fact } from "../../src/records/report/facts.ts";

/** Names and what they stand for, one pair a line. */
export function Facts({ caption, facts }: { caption: string; facts: readonly Fact[] }) {
  return (
    <table class="facts">
      <caption class="unseen">{caption}</caption>
      <tbody>
        {facts.map(([name, value]) => (
          <tr key={name + value}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
