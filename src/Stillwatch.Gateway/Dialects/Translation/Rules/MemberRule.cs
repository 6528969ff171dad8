using System.Text;

namespace Stillwatch.Gateway.Dialects.Translation.Rules;

/// <summary>What becomes of one member, block or part in translation.</summary>
enum Treatment
{
    /// <summary>Copied under the same name, byte for byte.</summary>
    Kept,

    /// <summary>Said in the other dialect's way.</summary>
    Mapped,

    /// <summary>Advisory or without meaning for the other side: left out.</summary>
    Dropped,

    /// <summary>Would change what the caller gets and cannot be said: the request is refused, never half applied.</summary>
    Refused,
}

/// <summary>One row of a table in docs/translation.md.</summary>
/// <param name="Note">How it is mapped, why it is dropped, or the cure when refused; the last is part of the error message.</param>
/// <param name="Neutral">For a refused member: the one value beside null, false and empty that asks for nothing and so is let pass.</param>
sealed record MemberRule(string Name, Treatment Treatment, string Note, string? Neutral = null)
{
    public byte[] Utf8Name { get; } = Encoding.ASCII.GetBytes(Name);
}
