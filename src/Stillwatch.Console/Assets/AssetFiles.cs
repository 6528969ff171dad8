using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stillwatch.Console.Assets;

/// <summary>Stylesheets and scripts, embedded in the assembly. An address bears a hash of the content, so a browser may keep it for ever.</summary>
static class AssetFiles
{
    const string Prefix = "Assets.";

    static readonly FrozenDictionary<string, Asset> Files = typeof(AssetFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => (Name: name[Prefix.Length..], Resource: name)).Append((Name: "report-charts.css", Resource: "Reports.charts.css")) // the report's drawings are the pages' too
        .ToFrozenDictionary(file => file.Name, file => Asset.Read(file.Resource), StringComparer.Ordinal);

    /// <summary>Where a page finds an asset.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static string Address(string name) => $"/assets/{name}?v={Files[name].Hash}";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{name}", WriteAsync);

    static async Task WriteAsync(HttpContext context)
    {
        if (!Files.TryGetValue((string)context.Request.RouteValues["name"]!, out var asset))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var headers = context.Response.Headers;
        headers.CacheControl = context.Request.Query["v"] == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ETag = asset.ETag;
        headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch == asset.ETag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = asset.ContentType;
        var isZipped = context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        var bytes = isZipped ? asset.Zipped.Value : asset.Bytes;
        if (isZipped)
        {
            headers.ContentEncoding = "gzip";
        }

        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    sealed record Asset(byte[] Bytes, Lazy<byte[]> Zipped, string Hash, string ContentType)
    {
        public string ETag => $"\"{Hash}\"";

        public static Asset Read(string resource)
        {
            using var stream = typeof(AssetFiles).Assembly.GetManifestResourceStream(resource)!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            var bytes = copy.ToArray();
            return new Asset(bytes, new Lazy<byte[]>(() => Zip(bytes)), Convert.ToHexStringLower(SHA256.HashData(bytes))[..16], Path.GetExtension(resource) switch
            {
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                _ => "image/svg+xml",
            });
        }

        static byte[] Zip(byte[] bytes)
        {
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
            {
                gzip.Write(bytes);
            }

            return zipped.ToArray();
        }
    }
}
