using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Gateway.Admin;

/// <summary>
/// Takes in a body of JSON Lines, accounts and organizations of contract 5.2 in any order. Held in memory: ten thousand lines.
/// </summary>
/// <remarks>A line with the member <c>account</c> is an account's, every other an organization's. Bad lines are told and passed over; of
/// two records of one id the later counts.</remarks>
sealed class RecordUpload(AccountRegister register, ChangeNote note)
{
    /// <summary>A million records of the longest usual kind.</summary>
    public const long MaxBodyBytes = 512L * 1024 * 1024;

    const int MaxLineBytes = 1024 * 1024; // as in files
    const int BatchLines = 10_000;
    const int MaxFaults = 100;

    readonly List<AccountRecord> _accounts = [];
    readonly List<OrganizationRecord> _organizations = [];
    readonly List<LineFault> _faults = [];
    ImportTally _tally;
    long _rejected;
    long _line;

    /// <exception cref="BadHttpRequestException">The body is too large or broke off; whole batches before that are in.</exception>
    public static async Task<ImportAnswer> TakeAsync(HttpContext context, AccountRegister register, ChangeNote note)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        var upload = new RecordUpload(register, note);
        await upload.ReadAsync(context);
        upload.Commit();
        return new ImportAnswer(upload._tally.Added, upload._tally.Changed, upload._tally.Unchanged, upload._rejected, upload._faults);
    }

    async Task ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                Take(rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (read.IsCompleted)
            {
                Take(rest);
                return;
            }

            if (rest.Length > MaxLineBytes)
            {
                throw new BadHttpRequestException("a line without end", StatusCodes.Status413PayloadTooLarge);
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    void Take(ReadOnlySequence<byte> sequence)
    {
        _line++;
        var line = sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray();
        if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return;
        }

        var fault = line.Length > MaxLineBytes ? Said(RejectReason.LineTooLong) : IsAccount(line) ? TakeAccount(line) : TakeOrganization(line);
        if (fault is not null)
        {
            _rejected++;
            if (_faults.Count < MaxFaults)
            {
                _faults.Add(new LineFault(_line, fault));
            }
        }

        if (_accounts.Count + _organizations.Count >= BatchLines)
        {
            Commit();
        }
    }

    string? TakeAccount(ReadOnlySpan<byte> line)
    {
        if (!RecordLine.TryParse(line, out AccountRecord? record, out var reason))
        {
            return Said(reason);
        }

        if (!RecordCheck.TryClean(record!, out var clean, out var fault))
        {
            return fault;
        }

        _accounts.Add(clean);
        return null;
    }

    string? TakeOrganization(ReadOnlySpan<byte> line)
    {
        if (!RecordLine.TryParse(line, out OrganizationRecord? record, out var reason))
        {
            return Said(reason);
        }

        if (!RecordCheck.TryClean(record!, out var clean, out var fault))
        {
            return fault;
        }

        _organizations.Add(clean);
        return null;
    }

    void Commit()
    {
        _tally += register.Import(_accounts, _organizations, note);
        _accounts.Clear();
        _organizations.Clear();
    }

    // Whatever its value: an account whose id is null must not become its organization.
    static bool IsAccount(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("account"u8))
                {
                    return true;
                }

                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // whoever parses it says what is wrong
        }

        return false;
    }

    static string Said(RejectReason reason) => RejectionTally.NameOf(reason);
}
