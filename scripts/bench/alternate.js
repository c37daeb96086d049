// Peers take turns, round after round: what changes on the machine meanwhile meets all of them.

/** @typedef {{ readonly id: string, readonly rounds?: number }} Peer `rounds`: the most it takes part in, for slow ones */

/** The turns of a run, in order: A B A B …; a peer that has had its rounds drops out.
 * @template {Peer} P @param {readonly P[]} peers @param {number} rounds
 * @returns {{ round: number, peer: P }[]} */
export function turnsOf(peers, rounds) {
  return Array.from({ length: rounds }, (_, round) =>
    peers.filter((peer) => round < (peer.rounds ?? rounds)).map((peer) => ({ round, peer })),
  ).flat();
}

/** Runs every turn and collects what `runTurn` answers for each peer, in the order of its rounds.
 * @template {Peer} P @template R
 * @param {readonly P[]} peers @param {number} rounds @param {(peer: P, round: number) => Promise<R>} runTurn
 * @returns {Promise<Map<string, R[]>>} by the peer's id */
export async function alternate(peers, rounds, runTurn) {
  /** @type {Map<string, R[]>} */
  const results = new Map(peers.map(({ id }) => [id, []]));
  for (const { round, peer } of turnsOf(peers, rounds))
    results.get(peer.id)?.push(await runTurn(peer, round));
  return results;
}
