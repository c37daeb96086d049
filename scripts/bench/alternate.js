// Peers take turns, round after round: what changes on the machine meanwhile meets all of them.

/** @typedef {{ readonly id: string, readonly rounds?: number }} Peer `rounds`: the most it takes part in, for slow ones */

/** The turns of a run, in order: A B A B …; a peer that has had its rounds drops out.
 * @template {Peer} P @param {readonly P[]} peers @param {number} rounds
 * @param {import('../fixtures.js').Random} [random] gives each round an order of its own: in the same one again and again, what
 *   comes every few seconds on a machine would meet the same peer each time
 * @returns {{ round: number, peer: P }[]} */
export function turnsOf(peers, rounds, random) {
  return Array.from({ length: rounds }, (_, round) => {
    const present = peers.filter((peer) => round < (peer.rounds ?? rounds));
    return (random ? shuffled(present, random) : present).map((peer) => ({ round, peer }));
  }).flat();
}

/** @template T @param {readonly T[]} items @param {import('../fixtures.js').Random} random */
function shuffled(items, random) {
  const keyed = items.map((item) => ({ item, key: random.uint32() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}

/** Runs every turn and collects what `runTurn` answers for each peer, in the order of its rounds.
 * @template {Peer} P @template R
 * @param {readonly P[]} peers @param {number} rounds @param {(peer: P, round: number) => Promise<R>} runTurn
 * @param {import('../fixtures.js').Random} [random] as in {@link turnsOf}
 * @returns {Promise<Map<string, R[]>>} by the peer's id */
export async function alternate(peers, rounds, runTurn, random) {
  /** @type {Map<string, R[]>} */
  const results = new Map(peers.map(({ id }) => [id, []]));
  for (const { round, peer } of turnsOf(peers, rounds, random))
    results.get(peer.id)?.push(await runTurn(peer, round));
  return results;
}
