using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Stillwatch.Gateway.Development;

/// <summary>Uploaded files in memory. Bounded: a full shelf refuses, since dropping somebody's file would be a silent loss. Thread-safe.</summary>
sealed class FileShelf(TimeProvider time)
{
    /// <summary>Longest upload, multipart framing included.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    const long MostBytesTogether = 64 * 1024 * 1024;
    const int MostFiles = 256;

    readonly List<StoredFile> _files = []; // oldest first; its own lock
    long _number;

    /// <param name="path">What follows <c>/v1/files</c>.</param>
    public async Task AnswerAsync(DevelopmentExchange exchange, string path)
    {
        var method = exchange.Http.Request.Method;
        var upload = path.Length == 0 && HttpMethods.IsPost(method) ? await ReadUploadAsync(exchange) : null;
        var (id, verb) = path.Split('/') is [var first, var second] ? (first, second) : (path, "");
        Task answer;
        lock (_files)
        {
            var file = _files.Find(candidate => candidate.Id == id);
            answer = (method, verb, file) switch
            {
                ("POST", "", null) when id.Length == 0 => Store(exchange, upload),
                ("GET", "", null) when id.Length == 0 => List(exchange),
                ("GET", "", not null) => exchange.SendJsonAsync(file.Write),
                ("GET", "content", not null) => exchange.SendAsync(200, file.MediaType, file.Content),
                ("DELETE", "", not null) => Delete(exchange, file),
                _ => exchange.SendErrorAsync(DevelopmentError.NotFound($"{method} {exchange.Http.Request.Path}")),
            };
        }

        await answer;
    }

    Task Store(DevelopmentExchange exchange, StoredFile? file)
    {
        if (file is null)
        {
            return exchange.SendErrorAsync(DevelopmentError.Bad("file: a multipart/form-data part of that name is required"));
        }

        if (_files.Count >= MostFiles || _files.Sum(other => (long)other.Content.Length) + file.Content.Length > MostBytesTogether)
        {
            return exchange.SendErrorAsync(DevelopmentError.Full("The development upstream holds no more files: delete one."));
        }

        _files.Add(file);
        return exchange.SendJsonAsync(file.Write);
    }

    /// <summary>One page: the shape of both API versions, with whichever cursor members they look for.</summary>
    Task List(DevelopmentExchange exchange)
        => exchange.SendJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            _files.ForEach(file => file.Write(json));
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, false);
            json.WriteString("first_id"u8, _files.FirstOrDefault()?.Id);
            json.WriteString("last_id"u8, _files.LastOrDefault()?.Id);
            json.WriteNull("next_page"u8);
            json.WriteEndObject();
        });

    Task Delete(DevelopmentExchange exchange, StoredFile file)
    {
        _files.Remove(file);
        return exchange.SendJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, file.Id);
            json.WriteString("type"u8, "file_deleted"u8);
            json.WriteEndObject();
        });
    }

    async Task<StoredFile?> ReadUploadAsync(DevelopmentExchange exchange)
    {
        if (!MediaTypeHeaderValue.TryParse(exchange.Http.Request.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            return null;
        }

        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(exchange.Body.ToArray(), writable: false));
            while (await reader.ReadNextSectionAsync(exchange.Aborted) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition || HeaderUtilities.RemoveQuotes(disposition.Name) != "file")
                {
                    continue;
                }

                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, exchange.Aborted);
                var name = HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "file";
                return new StoredFile($"file_dev_{Interlocked.Increment(ref _number)}", name, section.ContentType ?? "application/octet-stream", content.ToArray(), time.GetUtcNow());
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            // Not multipart after all: the caller hears that the part is missing.
        }

        return null;
    }
}

/// <summary>An uploaded file.</summary>
sealed record StoredFile(string Id, string Name, string MediaType, ReadOnlyMemory<byte> Content, DateTimeOffset Created)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "file"u8);
        json.WriteString("filename"u8, Name);
        json.WriteString("mime_type"u8, MediaType);
        json.WriteNumber("size_bytes"u8, Content.Length);
        json.WriteString("created_at"u8, Created);
        json.WriteBoolean("downloadable"u8, true);
        json.WriteEndObject();
    }
}
