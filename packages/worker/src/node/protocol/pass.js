/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["pass"] || ($protobuf.roots["pass"] = {});

export const scalemix = $root.scalemix = (() => {

    const scalemix = {};

    scalemix.Loss = (function() {

        const Loss = function (properties) {
            this.parameters = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Loss.prototype.name = "";
        Loss.prototype.parameters = $util.emptyObject;

        Loss.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(10).string(message.name);
            if (message.parameters != null && $Object.hasOwnProperty.call(message, "parameters"))
                for (let keys = $Object.keys(message.parameters), i = 0; i < keys.length; ++i)
                    writer.uint32(18).fork().uint32(10).string(keys[i]).uint32(17).double(message.parameters[keys[i]]).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Loss.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.Loss();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (message.parameters === $util.emptyObject)
                            message.parameters = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = 0;
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 1)
                                    break;
                                value = reader.double();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.parameters, key);
                        message.parameters[key] = value;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Loss;
    })();

    scalemix.Folds = (function() {

        const Folds = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Folds.prototype.count = 0;
        Folds.prototype.by = 0;
        Folds.prototype.seed = 0;

        Folds.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                writer.uint32(8).uint32(message.count);
            if (message.by != null && $Object.hasOwnProperty.call(message, "by") && message.by !== 0)
                writer.uint32(16).int32(message.by);
            if (message.seed != null && $Object.hasOwnProperty.call(message, "seed") && message.seed !== 0)
                writer.uint32(24).uint32(message.seed);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Folds.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.Folds();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.count = value;
                        else
                            delete message.count;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.by = value;
                        else
                            delete message.by;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.seed = value;
                        else
                            delete message.seed;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        Folds.By = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "MODULO"] = 0;
            values[valuesById[1] = "SHUFFLE"] = 1;
            values[valuesById[2] = "COLUMN"] = 2;
            return values;
        })();

        return Folds;
    })();

    scalemix.MomentsRequest = (function() {

        const MomentsRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        MomentsRequest.prototype.loss = null;
        MomentsRequest.prototype.gram = false;
        MomentsRequest.prototype.folds = null;
        MomentsRequest.prototype.among = null;

        MomentsRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.loss != null && $Object.hasOwnProperty.call(message, "loss"))
                $root.scalemix.Loss.encode(message.loss, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.gram != null && $Object.hasOwnProperty.call(message, "gram") && message.gram !== false)
                writer.uint32(16).bool(message.gram);
            if (message.folds != null && $Object.hasOwnProperty.call(message, "folds"))
                $root.scalemix.Folds.encode(message.folds, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.among != null && $Object.hasOwnProperty.call(message, "among"))
                $root.scalemix.SampleSelector.encode(message.among, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        MomentsRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.MomentsRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.loss = $root.scalemix.Loss.decode(reader, reader.size(), $undefined, _depth + 1, message.loss);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.gram = value;
                        else
                            delete message.gram;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.folds = $root.scalemix.Folds.decode(reader, reader.size(), $undefined, _depth + 1, message.folds);
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.among = $root.scalemix.SampleSelector.decode(reader, reader.size(), $undefined, _depth + 1, message.among);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return MomentsRequest;
    })();

    scalemix.Features = (function() {

        const Features = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Features.prototype.indices = $util.newBuffer([]);

        Features.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.indices != null && $Object.hasOwnProperty.call(message, "indices") && message.indices.length)
                writer.uint32(10).bytes(message.indices);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Features.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.Features();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.indices = value;
                        else
                            delete message.indices;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Features;
    })();

    scalemix.GramRequest = (function() {

        const GramRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GramRequest.prototype.column = 0;
        GramRequest.prototype.features = null;
        GramRequest.prototype.coarse = false;

        GramRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.column != null && $Object.hasOwnProperty.call(message, "column") && message.column !== 0)
                writer.uint32(8).uint32(message.column);
            if (message.features != null && $Object.hasOwnProperty.call(message, "features"))
                $root.scalemix.Features.encode(message.features, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.coarse != null && $Object.hasOwnProperty.call(message, "coarse") && message.coarse !== false)
                writer.uint32(24).bool(message.coarse);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GramRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.GramRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.column = value;
                        else
                            delete message.column;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.features = $root.scalemix.Features.decode(reader, reader.size(), $undefined, _depth + 1, message.features);
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.coarse = value;
                        else
                            delete message.coarse;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GramRequest;
    })();

    scalemix.PassRequest = (function() {

        const PassRequest = function (properties) {
            this.grams = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PassRequest.prototype.loss = null;
        PassRequest.prototype.columns = 0;
        PassRequest.prototype.coefficients = $util.newBuffer([]);
        PassRequest.prototype.intercepts = $util.newBuffer([]);
        PassRequest.prototype.features = null;
        PassRequest.prototype.grams = $util.emptyArray;
        PassRequest.prototype.folds = null;
        PassRequest.prototype.among = null;

        PassRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.loss != null && $Object.hasOwnProperty.call(message, "loss"))
                $root.scalemix.Loss.encode(message.loss, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.columns != null && $Object.hasOwnProperty.call(message, "columns") && message.columns !== 0)
                writer.uint32(16).uint32(message.columns);
            if (message.coefficients != null && $Object.hasOwnProperty.call(message, "coefficients") && message.coefficients.length)
                writer.uint32(26).bytes(message.coefficients);
            if (message.intercepts != null && $Object.hasOwnProperty.call(message, "intercepts") && message.intercepts.length)
                writer.uint32(34).bytes(message.intercepts);
            if (message.features != null && $Object.hasOwnProperty.call(message, "features"))
                $root.scalemix.Features.encode(message.features, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.grams != null && message.grams.length)
                for (let i = 0; i < message.grams.length; ++i)
                    $root.scalemix.GramRequest.encode(message.grams[i], writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.folds != null && $Object.hasOwnProperty.call(message, "folds"))
                $root.scalemix.PassFolds.encode(message.folds, writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.among != null && $Object.hasOwnProperty.call(message, "among"))
                $root.scalemix.SampleSelector.encode(message.among, writer.uint32(66).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PassRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.PassRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.loss = $root.scalemix.Loss.decode(reader, reader.size(), $undefined, _depth + 1, message.loss);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.columns = value;
                        else
                            delete message.columns;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.coefficients = value;
                        else
                            delete message.coefficients;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.intercepts = value;
                        else
                            delete message.intercepts;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.features = $root.scalemix.Features.decode(reader, reader.size(), $undefined, _depth + 1, message.features);
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if (!(message.grams && message.grams.length))
                            message.grams = [];
                        message.grams.push($root.scalemix.GramRequest.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.folds = $root.scalemix.PassFolds.decode(reader, reader.size(), $undefined, _depth + 1, message.folds);
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.among = $root.scalemix.SampleSelector.decode(reader, reader.size(), $undefined, _depth + 1, message.among);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PassRequest;
    })();

    scalemix.PassFolds = (function() {

        const PassFolds = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PassFolds.prototype.by = null;
        PassFolds.prototype.heldOut = null;

        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(PassFolds.prototype, "_heldOut", {
            get: $util.oneOfGetter($oneOfFields = ["heldOut"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        PassFolds.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.by != null && $Object.hasOwnProperty.call(message, "by"))
                $root.scalemix.Folds.encode(message.by, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.heldOut != null && $Object.hasOwnProperty.call(message, "heldOut"))
                writer.uint32(18).bytes(message.heldOut);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PassFolds.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.PassFolds();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.by = $root.scalemix.Folds.decode(reader, reader.size(), $undefined, _depth + 1, message.by);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.heldOut = reader.bytes();
                        message._heldOut = "heldOut";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PassFolds;
    })();

    scalemix.SampleSelector = (function() {

        const SampleSelector = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SampleSelector.prototype.seed = 0;
        SampleSelector.prototype.rate = 0;
        SampleSelector.prototype.negativeRate = 0;
        SampleSelector.prototype.positiveRate = 0;
        SampleSelector.prototype.reference = $util.newBuffer([]);
        SampleSelector.prototype.inverseSquare = $util.newBuffer([]);
        SampleSelector.prototype.working = 0;
        SampleSelector.prototype.within = null;

        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(SampleSelector.prototype, "_within", {
            get: $util.oneOfGetter($oneOfFields = ["within"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        SampleSelector.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.seed != null && $Object.hasOwnProperty.call(message, "seed") && message.seed !== 0)
                writer.uint32(8).uint32(message.seed);
            if (message.rate != null && $Object.hasOwnProperty.call(message, "rate") && !$Object.is(message.rate, 0))
                writer.uint32(17).double(message.rate);
            if (message.negativeRate != null && $Object.hasOwnProperty.call(message, "negativeRate") && !$Object.is(message.negativeRate, 0))
                writer.uint32(25).double(message.negativeRate);
            if (message.positiveRate != null && $Object.hasOwnProperty.call(message, "positiveRate") && !$Object.is(message.positiveRate, 0))
                writer.uint32(33).double(message.positiveRate);
            if (message.reference != null && $Object.hasOwnProperty.call(message, "reference") && message.reference.length)
                writer.uint32(42).bytes(message.reference);
            if (message.inverseSquare != null && $Object.hasOwnProperty.call(message, "inverseSquare") && message.inverseSquare.length)
                writer.uint32(50).bytes(message.inverseSquare);
            if (message.working != null && $Object.hasOwnProperty.call(message, "working") && message.working !== 0)
                writer.uint32(56).uint32(message.working);
            if (message.within != null && $Object.hasOwnProperty.call(message, "within"))
                writer.uint32(65).double(message.within);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SampleSelector.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.SampleSelector();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.seed = value;
                        else
                            delete message.seed;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.rate = value;
                        else
                            delete message.rate;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.negativeRate = value;
                        else
                            delete message.negativeRate;
                        continue;
                    }
                case 4: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.positiveRate = value;
                        else
                            delete message.positiveRate;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.reference = value;
                        else
                            delete message.reference;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.inverseSquare = value;
                        else
                            delete message.inverseSquare;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.working = value;
                        else
                            delete message.working;
                        continue;
                    }
                case 8: {
                        if (wireType !== 1)
                            break;
                        message.within = reader.double();
                        message._within = "within";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SampleSelector;
    })();

    scalemix.Request = (function() {

        const Request = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Request.prototype.moments = null;
        Request.prototype.pass = null;
        Request.prototype.sample = null;

        let $oneOfFields;

        $Object.defineProperty(Request.prototype, "kind", {
            get: $util.oneOfGetter($oneOfFields = ["moments", "pass", "sample"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Request.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.moments != null && $Object.hasOwnProperty.call(message, "moments"))
                $root.scalemix.MomentsRequest.encode(message.moments, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.pass != null && $Object.hasOwnProperty.call(message, "pass"))
                $root.scalemix.PassRequest.encode(message.pass, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.sample != null && $Object.hasOwnProperty.call(message, "sample"))
                $root.scalemix.SampleSelector.encode(message.sample, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Request.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.Request();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.moments = $root.scalemix.MomentsRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.moments);
                        message.kind = "moments";
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.pass = $root.scalemix.PassRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.pass);
                        message.kind = "pass";
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.sample = $root.scalemix.SampleSelector.decode(reader, reader.size(), $undefined, _depth + 1, message.sample);
                        message.kind = "sample";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Request;
    })();

    scalemix.GatheredRows = (function() {

        const GatheredRows = function (properties) {
            this.codes = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GatheredRows.prototype.rows = 0;
        GatheredRows.prototype.dense = $util.newBuffer([]);
        GatheredRows.prototype.codes = $util.emptyArray;
        GatheredRows.prototype.indptr = $util.newBuffer([]);
        GatheredRows.prototype.indices = $util.newBuffer([]);
        GatheredRows.prototype.values = $util.newBuffer([]);
        GatheredRows.prototype.response = $util.newBuffer([]);
        GatheredRows.prototype.weights = $util.newBuffer([]);
        GatheredRows.prototype.offset = null;

        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(GatheredRows.prototype, "_offset", {
            get: $util.oneOfGetter($oneOfFields = ["offset"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        GatheredRows.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && message.rows !== 0)
                writer.uint32(8).uint32(message.rows);
            if (message.dense != null && $Object.hasOwnProperty.call(message, "dense") && message.dense.length)
                writer.uint32(18).bytes(message.dense);
            if (message.codes != null && message.codes.length)
                for (let i = 0; i < message.codes.length; ++i)
                    writer.uint32(26).bytes(message.codes[i]);
            if (message.indptr != null && $Object.hasOwnProperty.call(message, "indptr") && message.indptr.length)
                writer.uint32(34).bytes(message.indptr);
            if (message.indices != null && $Object.hasOwnProperty.call(message, "indices") && message.indices.length)
                writer.uint32(42).bytes(message.indices);
            if (message.values != null && $Object.hasOwnProperty.call(message, "values") && message.values.length)
                writer.uint32(50).bytes(message.values);
            if (message.response != null && $Object.hasOwnProperty.call(message, "response") && message.response.length)
                writer.uint32(58).bytes(message.response);
            if (message.weights != null && $Object.hasOwnProperty.call(message, "weights") && message.weights.length)
                writer.uint32(66).bytes(message.weights);
            if (message.offset != null && $Object.hasOwnProperty.call(message, "offset"))
                writer.uint32(74).bytes(message.offset);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GatheredRows.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.GatheredRows();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.rows = value;
                        else
                            delete message.rows;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.dense = value;
                        else
                            delete message.dense;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.codes && message.codes.length))
                            message.codes = [];
                        message.codes.push(reader.bytes());
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.indptr = value;
                        else
                            delete message.indptr;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.indices = value;
                        else
                            delete message.indices;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.values = value;
                        else
                            delete message.values;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.response = value;
                        else
                            delete message.response;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.weights = value;
                        else
                            delete message.weights;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.offset = reader.bytes();
                        message._offset = "offset";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GatheredRows;
    })();

    scalemix.Reply = (function() {

        const Reply = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Reply.prototype.statistic = null;
        Reply.prototype.rows = null;

        let $oneOfFields;

        $Object.defineProperty(Reply.prototype, "kind", {
            get: $util.oneOfGetter($oneOfFields = ["statistic", "rows"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Reply.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.statistic != null && $Object.hasOwnProperty.call(message, "statistic"))
                writer.uint32(10).bytes(message.statistic);
            if (message.rows != null && $Object.hasOwnProperty.call(message, "rows"))
                $root.scalemix.GatheredRows.encode(message.rows, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Reply.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.Reply();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.statistic = reader.bytes();
                        message.kind = "statistic";
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.rows = $root.scalemix.GatheredRows.decode(reader, reader.size(), $undefined, _depth + 1, message.rows);
                        message.kind = "rows";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Reply;
    })();

    scalemix.LoggedReply = (function() {

        const LoggedReply = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LoggedReply.prototype.requestHash = $util.newBuffer([]);
        LoggedReply.prototype.reply = null;

        LoggedReply.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.requestHash != null && $Object.hasOwnProperty.call(message, "requestHash") && message.requestHash.length)
                writer.uint32(10).bytes(message.requestHash);
            if (message.reply != null && $Object.hasOwnProperty.call(message, "reply"))
                $root.scalemix.Reply.encode(message.reply, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LoggedReply.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.scalemix.LoggedReply();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.requestHash = value;
                        else
                            delete message.requestHash;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.reply = $root.scalemix.Reply.decode(reader, reader.size(), $undefined, _depth + 1, message.reply);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return LoggedReply;
    })();

    return scalemix;
})();

export {
  $root as default
};
