/** What something is called, and what there is to say of it. */
export type Fact = readonly [name: string, text: string];

/** Names and what they stand for, one pair a line. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
