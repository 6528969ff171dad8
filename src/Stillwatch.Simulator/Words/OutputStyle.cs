namespace Stillwatch.Simulator.Words;

/// <summary>The shapes of answers: what the words are and how many tokens are usual.</summary>
enum OutputStyle
{
    Prose,
    Steps,
    Code,
    Grade,
    Label,
    Json,
}
