extension PressingPhrases {
  /// pressing.en
  static let english = """
    act now
    as i have already told you
    as i have told you
    before it is too late
    before it's too late
    did you even read
    don't ignore
    don't miss out
    final demand
    final notice
    final reminder
    final warning
    i am disappointed
    i am still waiting
    i have been waiting
    i expected an answer
    i'm disappointed
    i'm still waiting
    i've been waiting
    immediate action required
    last and final
    last chance
    last warning
    legal action will be taken
    stop ignoring
    time is running out
    urgent action required
    we are still waiting
    we expected an answer
    we have not heard back from you despite
    we will be forced to
    we will have no choice
    what is taking so long
    why aren't you
    why did you not
    why didn't you
    why have i not heard
    why have we not heard
    why have you not
    why haven't i heard
    why haven't we heard
    why haven't you
    you are ignoring
    you failed to
    you have failed to
    you have ignored
    you have left me no choice
    you have not bothered
    you have still not
    you haven't bothered
    you leave us no choice
    you must reply
    you must respond
    you neglected to
    you never answered
    you never replied
    you never responded
    you still have not
    you still haven't
    you've ignored
    you've still not
    your last opportunity
    your silence
    """
}
