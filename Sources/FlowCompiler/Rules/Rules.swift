/// The rules of a good follow-up, in the order of the language's table.
public enum Rules {
  public static let all: [any Rule] = [
    NoPurpose(), TwoAsks(), NoReference(), Generic(), Repeats(), AddsNothing(), NoThread(), Pressing(), TooOften(),
    Late(),
    Untracked(), Reminder(), NoSender(), NoUnsubscribe(), CallingHours(),
  ]
}
