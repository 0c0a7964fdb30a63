/// Why a store did not do what it was asked. Whatever it says, nothing of the transaction is there.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A row that may be there once is there: an event's id, a run of the same key, event and workflow.
  case known(String)
  /// Somebody else has changed it since it was read.
  case conflict(String)
  /// Another process has the store open for writing.
  case locked(holder: String)
  /// The store was written by a newer program.
  case newer(found: String)
  /// What stands there is something else, and whole for all that is known.
  case foreign(String)
  /// The file is no store, or not whole.
  case corrupt(String)
  /// Reading or writing failed: the disk is full, the file is gone, a transaction was refused.
  case failed(String)

  /// What is wrong, without saying that it is the store's.
  package var words: String {
    switch self {
    case .known(let what), .conflict(let what), .corrupt(let what), .failed(let what), .foreign(let what): what
    case .locked, .newer: description
    }
  }

  public var description: String {
    switch self {
    case .known(let what): "\(what) is already there"
    case .conflict(let what): "\(what) has been changed by somebody else"
    case .locked(let holder): "the store is in use by \(holder)"
    case .newer(let found): "the store was written by a newer flow (\(found)); this one does not know it"
    case .foreign(let what): "it is no store: \(what)"
    case .corrupt(let what): "the store is damaged: \(what)"
    case .failed(let what): "the store failed: \(what)"
    }
  }
}
