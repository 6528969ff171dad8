using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Stillwatch.Console.SignIn;

/// <summary>Keys of the framework's own tokens, in memory only: forms and open pages end with the process anyway, and sessions do not rest on them.</summary>
sealed class PassingKeys : IXmlRepository
{
    readonly ConcurrentQueue<XElement> _keys = new();

    public IReadOnlyCollection<XElement> GetAllElements() => [.. _keys];

    public void StoreElement(XElement element, string friendlyName) => _keys.Enqueue(element);
}
