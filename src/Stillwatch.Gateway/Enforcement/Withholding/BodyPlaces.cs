using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>Edits by what is replaced, not by where it stands: values of a checked JSON text are slices of it.</summary>
static class BodyPlaces
{
    public static int PlaceOf(ReadOnlySpan<byte> source, ReadOnlySpan<byte> part)
    {
        source.Overlaps(part, out var place);
        return place;
    }

    public static void Replace(this BodyEdits edits, ReadOnlySpan<byte> source, RawValue value, byte[] replacement) =>
        edits.Replace(PlaceOf(source, value.Bytes), value.Bytes.Length, replacement);

    /// <summary>
    /// Takes out members of one object, with the commas that go with them. Call it once for each object, and edit nothing inside of
    /// what it takes.
    /// </summary>
    /// <returns>Whether any was taken.</returns>
    public static bool RemoveMembers(this BodyEdits edits, ReadOnlySpan<byte> source, RawValue obj, MemberTest isRemoved)
    {
        var cut = new Cut(edits);
        foreach (var member in obj.Members)
        {
            var start = PlaceOf(source, member.Name) - 1;
            cut.Pass(start, PlaceOf(source, member.Value.Bytes) + member.Value.Bytes.Length, isRemoved(member));
        }

        return cut.End();
    }

    /// <summary>The same for elements of an array.</summary>
    public static bool RemoveElements(this BodyEdits edits, ReadOnlySpan<byte> source, RawValue array, ValueTest isRemoved)
    {
        var cut = new Cut(edits);
        foreach (var element in array.Elements)
        {
            var start = PlaceOf(source, element.Bytes);
            cut.Pass(start, start + element.Bytes.Length, isRemoved(element));
        }

        return cut.End();
    }

    // One that follows a kept one goes with the comma before it; those before the first kept one go with the comma after them.
    struct Cut(BodyEdits edits)
    {
        bool _hasKept;
        bool _hasCut;
        int _leading = -1; // where the run of removed ones at the beginning starts
        int _end; // of the one before

        public void Pass(int start, int end, bool isRemoved)
        {
            _hasCut |= isRemoved;
            if (isRemoved && _hasKept)
            {
                edits.Replace(_end, end - _end, []);
            }
            else if (isRemoved)
            {
                _leading = _leading < 0 ? start : _leading;
            }
            else if (_leading >= 0 && !_hasKept)
            {
                edits.Replace(_leading, start - _leading, []);
                _leading = -1;
            }

            _hasKept |= !isRemoved;
            _end = end;
        }

        public bool End()
        {
            if (_leading >= 0 && !_hasKept)
            {
                edits.Replace(_leading, _end - _leading, []);
            }

            return _hasCut;
        }
    }
}

delegate bool MemberTest(RawMember member);

delegate bool ValueTest(RawValue value);
