using System.Net;
using System.Net.Sockets;

namespace Stillwatch.Gateway.Tests.Support;

/// <summary>A peer on loopback whose queue of connections is full and never emptied: who connects waits, as behind a firewall that drops packets.</summary>
sealed class SilentListener : IDisposable
{
    const int MostWaiting = 64;

    readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly List<Socket> _waiting = [];

    public SilentListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        var address = (IPEndPoint)_listener.LocalEndPoint!;
        Address = new Uri($"http://127.0.0.1:{address.Port}");
        while (_waiting.Count < MostWaiting && Connects(address))
        {
        }
    }

    public Uri Address { get; }

    public void Dispose()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }

    bool Connects(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        _waiting.Add(socket);
        try
        {
            socket.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
        }

        return socket.Poll(TimeSpan.FromSeconds(0.5), SelectMode.SelectWrite);
    }
}
