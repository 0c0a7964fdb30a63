/// What can go wrong in a simulated world; each can be left out, to see whether a violation needs it.
package enum Feature: String, CaseIterable, Sendable {
  /// A commit fails, and nothing of it is there.
  case refusedCommits
  /// The process ends before a commit, after it, or around a hand-over; what was not flushed is gone.
  case crashes
  /// Nothing can be written for a while.
  case fullDisk
  case failedReads
  /// Channels answer with something other than `accepted`.
  case badReceipts
  /// Channels cannot render what they are given.
  case unrenderable
  /// Answers come while something is handed over.
  case nastyAnswers
  /// Events come twice, late, and in another order.
  case duplicates
  /// Several calls at once.
  case overlap
  /// The clock jumps back or ahead.
  case jumps
  /// A new engine on the same store, with the same workflows or changed ones.
  case restarts, changes
  case caps
  /// The program stands still for days.
  case stops
  /// People pause everything, or a run, and let it go on.
  case pauses
  /// Whoever runs it asks it to end.
  case drains
  /// The running engine is given the files anew, changed or as they were.
  case reloads
  /// Channels send for real: nothing is complete before its marker.
  case live
  /// What comes in by some channels is fetched.
  case polled
  /// The clock jumps ahead by more than anybody believes.
  case leaps
  /// Some channels hand over beside the others, and to several servers at once.
  case apart
  /// What a run's journal says is not as it was written, until all is well.
  case damage
}
