namespace Stillwatch.Engine.Exchanges;

/// <summary>Where a JSON string lies in the line, between its quotes.</summary>
readonly record struct TextPiece(int Start, int Length, bool Escaped);

/// <summary>What <see cref="ExchangeParser"/> remembers while it walks one line; reused, so a line allocates nothing.</summary>
sealed class ParsingScratch
{
    public bool HasTime { get; set; }

    public bool HasApi { get; set; }

    public bool HasMessages { get; set; }

    public bool HasMaxCompletionTokens { get; set; }

    /// <summary>What is noted of a live request for its routing; null in a log line.</summary>
    public RequestOutline? Outline { get; set; }

    /// <summary>Names of the open objects of a live request.</summary>
    public OpenNames Names { get; } = new();

    /// <summary>Where the value stands that a live request is refused for; negative when it is no value.</summary>
    public int FaultAt { get; set; }

    /// <summary>Whether the body's closing brace was read.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The whole <c>tools</c> array, as it stands in the line.</summary>
    public TextPiece ToolsArray { get; set; }

    public List<TextPiece> SystemMember { get; } = [];

    public List<TextPiece> SystemMessages { get; } = [];

    public List<TextPiece> FirstUser { get; } = [];

    public List<TextPiece> NewUser { get; private set; } = [];

    public List<TextPiece> Prior { get; private set; } = [];

    public List<TextPiece> Response { get; } = [];

    /// <summary>Whether the last turn so far was the assistant's.</summary>
    public bool EndsWithAssistant { get; private set; }

    List<TextPiece> _userBefore = [];
    List<TextPiece> _priorBefore = [];

    public void Clear()
    {
        HasTime = HasApi = HasMessages = HasMaxCompletionTokens = EndsWithAssistant = IsClosed = false;
        Outline = null;
        Names.Clear();
        FaultAt = -1;
        ToolsArray = default;
        SystemMember.Clear();
        SystemMessages.Clear();
        FirstUser.Clear();
        NewUser.Clear();
        Prior.Clear();
        Response.Clear();
        _userBefore.Clear();
        _priorBefore.Clear();
    }

    /// <summary>An assistant message begins; true when it opens a turn (neighbouring ones are one turn, as the API merges them).</summary>
    public bool BeginAssistant()
    {
        if (EndsWithAssistant)
        {
            return false;
        }

        (_userBefore, NewUser) = (NewUser, _userBefore);
        (_priorBefore, Prior) = (Prior, _priorBefore);
        NewUser.Clear();
        Prior.Clear();
        EndsWithAssistant = true;
        return true;
    }

    public void BeginUser() => EndsWithAssistant = false;

    /// <summary>A request that ends with an assistant turn is a prefill, the caller's own words: the turn before it is the new one.</summary>
    public void SetPrefillAside()
    {
        (_userBefore, NewUser) = (NewUser, _userBefore);
        (_priorBefore, Prior) = (Prior, _priorBefore);
    }
}
