namespace Stillwatch.Engine.Exchanges;

/// <summary>Why a line of a log was skipped, or a live request refused. The name in reports is the member in kebab-case.</summary>
public enum RejectReason
{
    None,

    /// <summary>Not JSON, or cut off in the middle.</summary>
    BadJson,

    /// <summary>Valid JSON, but no object.</summary>
    NotAnObject,

    InvalidUtf8,

    DuplicateKey,

    WrongType,

    /// <summary>A required member is missing or empty.</summary>
    MissingMember,

    UnknownApi,

    /// <summary>No RFC 3339 time, or before the year 2000.</summary>
    BadTime,

    /// <summary>Later than the end of what the log may hold (one day past the newest other line, or year over 2100).</summary>
    FutureTime,

    /// <summary>Older than the reordering window of 5 minutes allows.</summary>
    OutOfOrder,

    /// <summary>Nested deeper than 256 levels, a live request deeper than 128.</summary>
    TooDeep,

    /// <summary>Longer than the line limit (32 MiB, the API's own body limit, unless set).</summary>
    LineTooLong,

    /// <summary>The file ends inside a compressed block.</summary>
    TruncatedFile,

    /// <summary>An account, organization or app stands in its file twice; the first is kept.</summary>
    DuplicateRecord,

    /// <summary>A live request holds more open members, or names more files, than are checked.</summary>
    TooMany,
}
