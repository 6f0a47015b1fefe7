/** Every bound of the DAO, with its reason. A call that would exceed one is refused. */

/** A flat cohort: beyond it, everybody downloading everybody costs too much (docs/protocol). */
export const seatsMax = 64;
/** The draw hashes each application once, in one call. */
export const applicationsMax = 128;
/** One seat waiting for a far round would block others at no cost. */
export const fromRoundAheadMax = 64;
/** Each absence can cost the run one round; a machine that fails more often should not be in it. */
export const rejoinsMax = 8;
/** Absences soon after one another that cost a round's pay and no stake. */
export const absencesFree = 3;
/** Rounds after which one absence is forgotten: a machine may fail once in so many for ever. */
export const forgivenAfterRounds = 16;
/** A round in which a seat was far behind the others counts so much, and each one after it 1 less … */
export const latenessOfRound = 8;
/** … and above this it is absent: when it was late in four of some nine rounds. */
export const latenessMax = 24;
/** An auditor may have said "no material" of claims of so many owners at least, where juries had it. */
export const denialsFree = 2;
/** Claims of a round that an auditor may deny to have material of; of a further one it is silent. */
export const denialsPerRoundMax = 4;
/** A run that waits for trainers this long stops: two votes of a slow policy, and no hostage. */
export const pauseMsMax = 14 * 24 * 3_600_000;
/** Beyond `rounds` + this many cancelled rounds a run stops instead of spending its escrow on records. */
export const cancelledRoundsSlack = 64;
/** Answers overruled or never given before the seat is lost: a tenth of the stake each. */
export const wrongAuditsMax = 3;
/**
 * Jurors of the first instance and of the first appeal; the second appeal asks everybody. With a
 * third of liars the first errs one time in four, the second one in six (docs/protocol/disputes.md).
 */
export const panelSizes = [3, 7] as const;
/** Of one round: each makes it wait, and a second one of a root that juries found right is late. */
export const rootChallengesMax = 2;
export const updateChallengesMax = 4;
/**
 * Of a run that juries decide at one time, and as many that the DAO does. Each is paid for by the
 * escrow; a crowd of them would fill its record.
 */
export const disputesMax = 64;
/** Disputes of a dataset that come to nothing double the next one's bond up to so many times. */
export const bondDoublingsMax = 6;
/** With so many open nobody challenges: audits come first. */
export const challengesWithMax = 32;
/** What the DAO has not resolved by then stands: two votes of a slow policy, and no hostage. */
export const resolutionMs = 30 * 24 * 3_600_000;
/** Each more than one costs a fee per claim and catches (1 − share of liars) of what is left. */
export const auditsPerClaimMax = 3;
/**
 * Where some claims are not audited, a provisional round stays open to challenges at least so long:
 * workers look every few seconds and have computed the root already.
 */
export const challengeWindowMsMin = 30_000;
/** Of so many draws of an auditor, one goes to the trainers (audit.ts says why). */
export const trainerAuditsOneIn = 4;

/**
 * Records of seats, ledgers and reputations that one call changes; the rest is left to the next
 * ticks. Each is about 0.4 Tgas, and a call is to stay below 30 (docs/gas.md).
 */
export const recordsPerCallMax = 36;
/** So many disputes of a run are read and written at the cost of a record; a third of the room is left. */
export const disputesPerRecord = 2;

/** Each may be a new account, whose ledger the run's budget pays the storage of. */
export const payoutChangesMax = 3;
/** A label of a machine: enough to tell a rack's machines apart, short enough to store. */
export const workerCharsMax = 32;
/** A seat makes some six calls a round and three for each audit. */
export const relayedCallsPerRoundMax = 64;
/** Each stored round record between is read and parsed in one call. */
export const rewindSpanMax = 16;
/** And so is each claim in them: four rounds of 64 workers. */
export const rewindClaimsMax = 256;
/** Reputation of one account at most; what a run adds shrinks on the way there. */
export const reputationMax = 10_000_000n;
/** One run, however long, is two per cent of it. */
export const reputationOfRunMax = 200_000n;
export const reputationPerRound = 1_000n;
/** An audit re-executes a segment, not a round. */
export const reputationPerAudit = 300n;
/** Of all accounts' points together, what one account's can count for. */
export const reputationShareMaxBps = 500n;
/** All reputation in votes, of what members weigh: members always hold two thirds of all weight. */
export const reputationVoteBpsMax = 5_000;
/** Points of all accounts from which reputation weighs in full: 100,000 accounts at their most. */
export const reputationFullPointsMax = 10 ** 12;

/** Kept in the run record, which every call reads. */
export const rewindsMax = 16;

export const roundsMax = 100_000;
export const segmentsMax = 1_024;
export const heldBackRoundsMax = 32;
export const datasetsPerRunMax = 16;
/** Basis points of basis points: of such a sum every contributor's part is whole. */
export const dataRewardUnitYocto = 10n ** 8n;
/** Phases move by block time; below a second a deadline would be noise, above 30 days a hostage. */
export const deadlineMsMin = 1_000;
export const deadlineMsMax = 30 * 24 * 3_600_000;
export const updateBytesMax = 1 << 30;
/** ⌈log₂(segmentsMax + 1)⌉ */
export const proofNodesMax = 11;
export const saltCharsMax = 128;

/** Each member is a record of its own; only who reads all pages of them meets their number. */
export const membersMax = 10_000;
/** Members that one call writes, `init` or `set-members`: about 1 Tgas each. */
export const membersPerCallMax = 25;
/** Open proposals of one account are read one by one when it makes another. */
export const liveProposalsLimit = 8;
/** A guardian that nobody appoints again within two years is one that nobody looks at. */
export const guardianTermMsMax = 2 * 366 * 24 * 3_600_000;
/** 10^18: sums of `membersMax` weights stay far below 2^128. */
export const weightMax = 10n ** 18n;
export const licencesMax = 64;

/** A transaction has at most 1,572,864 bytes, and code comes in one. */
export const codeBytesMax = 1_500_000;
/** Uploaded code stays so long, used or not: nobody takes it away from under a vote. */
export const stagedCodeMs = 30 * 24 * 3_600_000;

export const parentsMax = 16;
export const contributorsMax = 64;
/** `{` and `[` in a call's JSON: ten times what the largest honest one has. */
export const argumentBracketsMax = 1_000;
/** Of a licence expression: several licences with AND between them fit. */
export const licenceCharsMax = 100;
export const titleCharsMax = 200;
export const textCharsMax = 500;
/** The supply of NEAR is about 1.2 × 10^33 yocto: no honest amount is larger. */
export const amountYoctoMax = 10n ** 34n;
/** A token's smallest units: NEP-141's amounts have 128 bits, 2^128 is about 3.4 × 10^38. */
export const tokenUnitsMax = 10n ** 38n;
/** Tokens that a policy accepts. */
export const tokensAcceptedMax = 16;
/** Tokens that were ever accepted: what is left of them stays on the books, which one view shows. */
export const tokensKnownMax = 64;
/** What a transfer of tokens is for, in its message. */
export const messageCharsMax = 256;
/** Of what a token answers; a longer answer is none. */
export const answerCharsMax = 500;
/** Entries of one page of a list. */
export const pageItemsMax = 50;
/**
 * Disputes in one view of a run: with past panels and long names each costs it up to 1.4 Tgas, 63 seats
 * with three audits each 50, and a node allows it 300 or more.
 */
export const disputesShownMax = 96;
/** The same of a list of runs, of which each shows fewer disputes. */
export const runsPageItemsMax = 3;
export const disputesListedMax = 16;
/** Seats that an account's earnings name; older ones are found through their runs. */
export const seatsShownMax = 16;

/** NEAR's price of storage: 1 NEAR for 100 kB. */
export const storageYoctoPerByte = 10n ** 19n;

/** A committee's odds are a sum over its members, of numbers that grow with it. */
export const committeeMembersMax = 255;
export const committeePopulationMax = 65_536;
/** Beyond it, an attack's profit over the horizon changes in no digit that anybody reads. */
export const horizonRoundsMax = 4_096;
/** More floating-point operations than all machines on earth do in a month. */
export const flopsPerRoundMax = 10n ** 27n;
/** Share of liars that terms must withstand: a third, rounded up. More hold votes anyway. */
export const assumedLiarsBps = 3_334;
/** Durations that a deadline follows: a run's record holds them, and more would only lag. */
export const deadlineRoundsMax = 64;
/** Beyond so many spreads a deadline is `mostMs` in all but name. */
export const deadlineSpreadsMax = 100;

/** Each item of a batch is a record to look up and to write: about 0.2 Tgas. */
export const batchItemsMax = 16;
/**
 * Of a batch's items, so many must be accepted for any of them to be paid; else its bond is lost. Of
 * two labels a coin finds half: then this and two prices of bond make guessing a loss in batches of
 * every size, and somebody who is right nine times in ten loses one full batch in sixty
 * (docs/protocol/simulation.md).
 */
export const batchAcceptedBpsMin = 7_500;
/** A bond is worth so many prices of an item at least: guessing pays up to one and a half. */
export const bondPricesMin = 2;
/** A contributor's share of 1 in so many is more than two basis points: none rounds to nothing. */
export const bountyItemsMax = 4_096;
export const bountyBatchesMax = 4_096;
/** Reviewers of a batch; agreement is counted in sixtieths, which suits up to seven votes. */
export const panelMax = 7;
/** Whose stakes ticks give back, eight at a time. */
export const reviewersMax = 1_024;
export const reviewersPerTick = 8;
/** A batch of 16 items with seven reviews, its contributor, the items' entries and one ledger. */
export const batchBytes = 6_000;
/** An applicant's record, its two entries and its ledger. */
export const reviewerBytes = 1_200;
/** Records that one call reads to see that nothing that a run descends from is disputed. */
export const ancestorsMax = 64;
/** Terms and record of a bounty at their largest. */
export const bountyBytes = 5_000;

/** Rounds that deadlines follow: one of three may be as slow as it likes. */
export const paceRounds = 3;
/** The slowest that are waited for may take so many times as long as the middle. */
export const paceOfSlowest = 3;
/** k of `median + k · MAD`. */
export const paceSpreads = 4;
/** However fast the cohort: no deadline below a minute, nor … */
export const deadlineLeastMs = 60_000;
/** … below so many parts of the terms' own … */
export const shortestShareOfDeadline = 8;
/** … or, where silence costs a stake, so many: an operator may be asleep. */
export const shortestShareWithStake = 4;
/** And nobody is late within so many parts of it: machines restart, lines stall. */
export const lateShareOfDeadline = 32;

/**
 * Three times the largest distance between honest engines that the calibration met (in the first steps
 * after moments of zero; docs/protocol/tolerance.md): less would fail honest machines.
 */
export const toleranceBillionthsMin = 1_000_000;
/** A twentieth: what is left out of a segment of ten steps is twice that. */
export const toleranceBillionthsMax = 50_000_000;
/** Honest engines lean by a hundredth of it. */
export const driftBillionthsMin = 500_000;
/** Audits of a seat that are kept with it. */
export const distancesKeptMax = 16;
/** One failure never costs a seat: two machines' numbers differ, and a jury of machines may err. */
export const failuresMin = 2;
/** A distance above 1000 says no more than 1000 does. */
export const distanceBillionthsMax = 10 ** 12;
